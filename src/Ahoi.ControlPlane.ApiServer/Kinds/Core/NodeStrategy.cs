using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
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
        Taints(value, errors);
        var root = Field.Root(value, errors);
        Amounts(root["status"]);
        var blocks = root["spec"]["podCIDRs"];
        foreach (var block in blocks.Items)
        {
            block.Cidr();
        }

        if (blocks.Count > 1)
        {
            if (blocks.Count > 2 || blocks.Items.Select(b => b.Text.Contains(':', StringComparison.Ordinal)).Distinct().Count() < 2)
            {
                blocks.Invalid("may specify no more than one CIDR for each IP family");
            }

            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var block in blocks.Items.Where(b => !seen.Add(b.Text)))
            {
                block.Duplicate();
            }
        }
    }

    private static void Amounts(Field status)
    {
        foreach (var list in (ReadOnlySpan<string>)["capacity", "allocatable"])
        {
            foreach (var (name, amount) in status[list].Entries)
            {
                amount.As($"{status[list].Path}.{name}").ResourceAmount(name);
            }
        }
    }

    private static void Taints(JsonMap value, FieldErrors errors)
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
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => Change(value, old, errors);

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        Change(value, old, errors);
    }

    private static void Change(JsonMap value, JsonMap old, FieldErrors errors)
    {
        Taints(value, errors);
        var root = Field.Root(value, errors);
        Amounts(root["status"]);
        var addresses = new List<object?>();
        foreach (var address in root["status"]["addresses"].Items)
        {
            if (addresses.Any(a => JsonTree.Equals(a, address.Value)))
            {
                address.Duplicate();
            }

            addresses.Add(address.Value);
        }

        var spec = root["spec"];
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
