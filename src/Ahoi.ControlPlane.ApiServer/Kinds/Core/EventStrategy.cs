using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>
/// Events of both groups, which are the same objects: version 1 of core is what is stored and validated here.
/// <see cref="EventVersions"/> converts.
/// </summary>
internal sealed class EventStrategy : KindStrategy
{
    private static readonly string[] Fixed =
    [
        "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "reason", "type", "eventTime",
        "action", "related", "reportingComponent", "reportingInstance",
    ];

    private readonly bool _strict;

    /// <summary>Makes the strategy of one group.</summary>
    /// <param name="strict">Whether it is events.k8s.io, whose rules are stricter.</param>
    public EventStrategy(bool strict)
    {
        _strict = strict;
        AllowsCreateOnUpdate = true;
    }

    /// <inheritdoc/>
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        var root = Core(value, errors);
        base.ValidateCreate(value, errors);
        if (!_strict)
        {
            return;
        }

        if (!root["eventTime"].Has)
        {
            root["eventTime"].Required();
        }

        if (root["type"].Text is not ("Normal" or "Warning"))
        {
            root["type"].Invalid("has invalid value");
        }

        if (root["series"].Has && root["series"]["count"].Integer < 2)
        {
            root["series"]["count"].Invalid("should be at least 2");
        }

        foreach (var name in (ReadOnlySpan<string>)["reportingComponent", "reportingInstance", "action", "reason"])
        {
            var field = root[name].As(name == "reportingComponent" ? "reportingController" : name);
            if (field.MustExist() && field.Text.Length > 128)
            {
                field.Invalid("can have at most 128 characters");
            }
        }

        root["reportingComponent"].As("reportingController").MustIfSet(Names.Qualified);
        if (root["message"].Text.Length > 1024)
        {
            root["message"].Invalid("can have at most 1024 characters");
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Core(value, errors);
        var involved = root["involvedObject"]["namespace"];
        var home = root["metadata"]["namespace"].Text;
        if (involved.Text != home && !(involved.Text.Length == 0 && home is "default" or "kube-system"))
        {
            involved.Invalid("does not match event.namespace");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        if (!_strict)
        {
            return;
        }

        var (now, was) = (Core(value, errors), Core(old, errors));
        if (!now["eventTime"].Has && !was["eventTime"].Has)
        {
            return;
        }

        foreach (var field in Fixed)
        {
            now[field].Immutable(was[field].Value);
        }
    }

    // Field paths in faults are those of core, whichever group was asked.
    private static Field Core(JsonMap value, FieldErrors errors)
    {
        if (value.Text("apiVersion") != "events.k8s.io/v1")
        {
            return Field.Root(value, errors);
        }

        var copy = value.DeepClone();
        EventVersions.ToCore(copy);
        return Field.Root(copy, errors);
    }
}
