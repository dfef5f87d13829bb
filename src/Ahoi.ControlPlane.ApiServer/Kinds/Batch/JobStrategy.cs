using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Apps;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>Jobs. Their selector is made from their uid, which must be set before creation is prepared.</summary>
internal sealed class JobStrategy : WorkloadStrategy
{
    private const string UidLabel = "batch.kubernetes.io/controller-uid";

    private static readonly string[] ChangeableWhileSuspended = ["nodeSelector", "tolerations", "schedulingGates"];

    public JobStrategy()
    {
        DefaultPropagation = "Orphan";
        DefaultPropagationWarning = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        base.SetDefaults(value);
        if (value.At("spec", "template", "metadata", "labels") is JsonMap { Count: > 0 } labels
            && value.EnsureMap("metadata").Map("labels") is null or { Count: 0 })
        {
            value.EnsureMap("metadata")["labels"] = labels.DeepClone();
        }
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        var spec = value.EnsureMap("spec");
        if (spec.Flag("manualSelector") == true)
        {
            return;
        }

        var (uid, name) = (value.At("metadata", "uid") as string ?? "", value.At("metadata", "name") as string ?? "");
        var labels = spec.EnsureMap("template").EnsureMap("metadata").EnsureMap("labels");

        // A job without labels of its own has its pods', those that are added now included.
        var shared = value.At("metadata", "labels") is not JsonMap { Count: > 0 } own || JsonTree.Equals(own, labels);
        foreach (var (label, text) in (ReadOnlySpan<(string, string)>)
            [("batch.kubernetes.io/job-name", name), ("job-name", name), (UidLabel, uid), ("controller-uid", uid)])
        {
            if (!labels.ContainsKey(label))
            {
                labels[label] = text;
            }
        }

        var matchLabels = spec.EnsureMap("selector").EnsureMap("matchLabels");
        if (!matchLabels.ContainsKey(UidLabel))
        {
            matchLabels[UidLabel] = uid;
        }

        if (shared)
        {
            value.EnsureMap("metadata")["labels"] = labels.DeepClone();
        }
    }

    /// <inheritdoc/>
    protected override void SetSpecDefaults(JsonMap spec)
    {
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", spec["backoffLimitPerIndex"] is null ? 6 : int.MaxValue);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("manualSelector", false);
        spec.Default("podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
        JobRules.SetPolicyDefaults(spec);
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        GeneratedSelector(root);
        SelectingSpec(root["spec"]);
        var (name, completions) = (root["metadata"]["name"], root["spec"]["completions"].Integer);

        // Pods of an indexed job are called after the job and their index, as hosts too.
        if (root["spec"]["completionMode"].Text == "Indexed" && completions > 0
            && $"{name.Text}-{(completions - 1).ToString(CultureInfo.InvariantCulture)}" is var host && Names.Label(host).Length > 0)
        {
            name.Invalid($"will not able to create pod with invalid DNS label: {host}");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var was = old.Map("spec") ?? [];
        SelectingSpec(spec);
        if (spec["completionMode"].Text != "Indexed")
        {
            spec["completions"].Immutable(was["completions"]);
        }
        else if (!JsonTree.Equals(spec["completions"].Value, was["completions"]) && !JsonTree.Equals(spec["completions"].Value, spec["parallelism"].Value))
        {
            spec["completions"].Invalid("can only be modified in tandem with parallelism");
        }

        spec["selector"].Immutable(was["selector"]);
        Template(spec["template"], was.Map("template") ?? [], old);
        foreach (var field in (ReadOnlySpan<string>)["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"])
        {
            spec[field].Immutable(was[field]);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors) => JobStatusRules.Check(Field.Root(value, errors), old);

    private static void SelectingSpec(Field spec)
    {
        spec.JobSpec();
        var selector = spec["selector"];
        if (!selector.Has)
        {
            selector.Required();
        }
        else
        {
            selector.LabelSelector();
        }

        if (selector.IsSelector())
        {
            MustSelect(selector, spec["template"], emptySelects: false);
        }
    }

    private static void GeneratedSelector(Field root)
    {
        var spec = root["spec"];
        if (spec["manualSelector"].Flag || !spec["selector"].Has)
        {
            return;
        }

        var (uid, name) = (root["metadata"]["uid"].Text, root["metadata"]["name"].Text);
        var labels = spec["template"]["metadata"]["labels"];
        foreach (var (label, text) in (ReadOnlySpan<(string, string)>)
            [("controller-uid", uid), ("job-name", name), (UidLabel, uid), ("batch.kubernetes.io/job-name", name)])
        {
            if (labels.Map.Text(label) is not { } actual)
            {
                labels.Errors.Required(labels.Key(label).Path, $"must be '{text}'");
            }
            else if (actual != text)
            {
                labels.Errors.Invalid(labels.Key(label).Path, actual, $"must be '{text}'");
            }
        }

        var expected = new JsonMap { [UidLabel] = uid, ["controller-uid"] = uid, ["batch.kubernetes.io/job-name"] = name, ["job-name"] = name };
        if (spec["selector"].IsSelector() && !Selectors.Selects(spec["selector"].Map, expected))
        {
            spec["selector"].Invalid("`selector` not auto-generated");
        }
    }

    private static void Template(Field template, JsonMap was, JsonMap old)
    {
        var comparable = was;
        var suspended = old.At("spec", "suspend") is true;
        if (suspended && old.At("status", "startTime") is null)
        {
            comparable = was.DeepClone();
            var spec = comparable.EnsureMap("spec");
            foreach (var field in ChangeableWhileSuspended)
            {
                CarryOver(spec, template["spec"].Map, field);
            }

            CarryNodeAffinity(spec, template["spec"].Map);
            CarryOver(comparable.EnsureMap("metadata"), template["metadata"].Map, "labels");
            CarryOver(comparable.EnsureMap("metadata"), template["metadata"].Map, "annotations");
        }

        template.Immutable(comparable);
    }

    // Of the affinity, only where on which nodes may change.
    private static void CarryNodeAffinity(JsonMap old, JsonMap now)
    {
        if (old.Map("affinity") is null && now.Map("affinity") is null)
        {
            return;
        }

        CarryOver(old.EnsureMap("affinity"), now.Map("affinity") ?? [], "nodeAffinity");
        if (now.Map("affinity") is null && old.Map("affinity") is { Count: 0 })
        {
            old.Remove("affinity");
        }
    }
}
