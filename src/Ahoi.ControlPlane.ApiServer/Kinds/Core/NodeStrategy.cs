using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Nodes.</summary>
internal sealed class NodeStrategy : KindStrategy
{
    public NodeStrategy() => HasStatus = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        if (value.Map("status") is { } status && status["allocatable"] is null && status.Map("capacity") is { Count: > 0 } capacity)
        {
            status["allocatable"] = capacity.DeepClone();
        }

        var spec = value.Map("spec");
        if (spec?.List("podCIDRs") is { Count: > 0 } blocks)
        {
            spec["podCIDR"] = blocks[0];
        }
        else if (spec?.Text("podCIDR") is { Length: > 0 } block)
        {
            spec["podCIDRs"] = new JsonList { block };
        }
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        // Nodes may be registered with a status; until one is ready nothing is scheduled there.
        var taints = value.EnsureMap("spec").EnsureList("taints");
        if (!taints.OfType<JsonMap>().Any(t => t.Text("key") == "node.kubernetes.io/not-ready" && t.Text("effect") == "NoSchedule"))
        {
            taints.Add(new JsonMap { ["key"] = "node.kubernetes.io/not-ready", ["effect"] = "NoSchedule" });
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var taint in Field.Root(value, errors)["spec"]["taints"].As("metadata.taints").Items)
        {
            taint["key"].Must(Names.Qualified);
            taint["value"].Must(Names.LabelValue);
            taint["effect"].RequiredOneOf("NoExecute", "NoSchedule", "PreferNoSchedule");
            if (!seen.Add($"{taint["key"].Text}:{taint["effect"].Text}"))
            {
                taint.Duplicate();
            }
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        Validate(value, errors);
        var spec = Field.Root(value, errors)["spec"];
        foreach (var field in (ReadOnlySpan<string>)["podCIDRs", "providerID"])
        {
            var was = old.Map("spec")?[field];
            if (was is not (null or "" or JsonList { Count: 0 }) && !JsonTree.Equals(spec[field].Value, was))
            {
                spec[field].Forbidden("node updates may not change it once it is set");
            }
        }
    }
}
