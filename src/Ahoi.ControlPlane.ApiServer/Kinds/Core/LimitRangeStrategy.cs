using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Limit ranges.</summary>
internal sealed class LimitRangeStrategy : KindStrategy
{
    private static readonly string[] Maps = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

    public LimitRangeStrategy() => AllowsCreateOnUpdate = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        foreach (var limit in (value.Map("spec") ?? []).Maps("limits").Where(l => l.Text("type") == "Container"))
        {
            Fill(limit, "default", "max");
            Fill(limit, "defaultRequest", "default");
            Fill(limit, "defaultRequest", "min");
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var limit in Field.Root(value, errors)["spec"]["limits"].Items)
        {
            var type = limit["type"];
            if (type.Must(Names.Qualified) && !type.Text.Contains('/', StringComparison.Ordinal)
                && type.Text is not ("Container" or "Pod" or "PersistentVolumeClaim"))
            {
                type.Invalid("must be a standard limit type or fully qualified");
            }

            if (!types.Add(type.Text))
            {
                type.Duplicate();
            }

            Limit(limit);
        }
    }

    private static void Limit(Field limit)
    {
        var type = limit["type"].Text;
        if (type == "Pod")
        {
            foreach (var name in (ReadOnlySpan<string>)["default", "defaultRequest"])
            {
                if (limit[name].Count > 0)
                {
                    limit[name].Forbidden("may not be specified when `type` is 'Pod'");
                }
            }
        }

        if (type == "PersistentVolumeClaim" && !limit["min"].Key("storage").Has && !limit["max"].Key("storage").Has)
        {
            limit["limits"].Required("either minimum or maximum storage value is required, but neither was provided");
        }

        // The defaults of pods are refused as a whole.
        var maps = type == "Pod" ? Maps.Where(m => m is not ("default" or "defaultRequest")).ToArray() : Maps;
        var resources = maps.SelectMany(m => limit[m].Map.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        foreach (var (name, item) in maps.SelectMany(m => limit[m].Entries))
        {
            if (type is "Pod" or "Container")
            {
                item.ContainerResourceName(name);
            }
            else
            {
                item.ResourceName(name);
            }
        }

        foreach (var resource in resources)
        {
            var none = limit["default"] with { Value = null };
            var (min, max, ratio) = (limit["min"].Key(resource), limit["max"].Key(resource), limit["maxLimitRequestRatio"].Key(resource));
            var (standard, request) = type == "Pod" ? (none, none) : (limit["default"].Key(resource), limit["defaultRequest"].Key(resource));
            AtMost(min, max, min);
            AtMost(min, request, request);
            AtMost(request, max, request);
            AtMost(request, standard, request);
            AtMost(min, standard, standard);
            AtMost(standard, max, standard);
            if (ratio.Quantity() is { } most && most < new Quantity(1))
            {
                ratio.Invalid("ratio is less than 1");
            }

            if (ratio.Quantity() is { } limited && min.Quantity() is { Sign: > 0 } low && max.Quantity() is { } high
                && (double)limited.MilliValue / 1000 > (double)high.MilliValue / low.MilliValue)
            {
                ratio.Invalid("ratio is greater than max/min");
            }

            if (type != "Pod" && !ResourceRules.MayOvercommit(resource) && standard.Quantity() is { } all && request.Quantity() is { } part && all != part)
            {
                request.Invalid($"must equal the default of {resource}");
            }
        }
    }

    private static void AtMost(Field less, Field more, Field blamed)
    {
        if (less.Quantity() is { } a && more.Quantity() is { } b && a > b)
        {
            blamed.Invalid($"{less.Path} is greater than {more.Path}");
        }
    }

    private static void Fill(JsonMap limit, string target, string source)
    {
        if (limit.Map(source) is { Count: > 0 } from)
        {
            var to = limit.EnsureMap(target);
            foreach (var (name, amount) in from)
            {
                to.Default(name, amount);
            }
        }
    }
}
