using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Pods.</summary>
internal sealed class PodStrategy : KindStrategy
{
    public PodStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
        DeleteAnswersObject = true;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        PodDefaults.SetForPod(value.EnsureMap("spec"));
        if (value.Map("status") is { } status)
        {
            SyncAddresses(status, "podIP", "podIPs");
        }
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        var spec = value.EnsureMap("spec");
        DefaultTolerations.Add(spec);
        LabelKeys.MergeIntoSelectors(spec, value.Map("metadata")?.Map("labels") ?? []);
    }

    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        switch (subresource)
        {
            case "status":
                base.PrepareUpdate(value, old, subresource);
                CarryOver(value.EnsureMap("metadata"), old.Map("metadata") ?? [], "ownerReferences");
                if (value.Map("status")?.Text("qosClass") is null or "")
                {
                    CarryOver(value.EnsureMap("status"), old.Map("status") ?? [], "qosClass");
                }

                break;
            case "ephemeralcontainers":
                KeepAllBut(value, old, (spec, given) => CarryOver(spec, given, "ephemeralContainers"));
                break;
            case "resize":
                KeepAllBut(value, old, TakeResources);
                break;
            default:
                base.PrepareUpdate(value, old, subresource);
                break;
        }
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value)
    {
        var spec = value.Map("spec") ?? [];
        var status = new JsonMap { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(spec) };
        if (spec.List("schedulingGates") is { Count: > 0 })
        {
            status["conditions"] = new JsonList
            {
                new JsonMap
                {
                    ["type"] = "PodScheduled", ["status"] = "False", ["lastProbeTime"] = null, ["lastTransitionTime"] = null,
                    ["reason"] = "SchedulingGated", ["message"] = "Scheduling is blocked due to non-empty scheduling gates",
                },
            };
        }

        return status;
    }

    /// <inheritdoc/>
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        Validate(value, errors);
        var spec = Field.Root(value, errors)["spec"];
        if (spec["ephemeralContainers"].Count > 0)
        {
            spec["ephemeralContainers"].Forbidden("cannot be set on create");
        }

        if (!spec["nodeName"].IsEmpty && spec["schedulingGates"].Count > 0)
        {
            spec["nodeName"].Forbidden("cannot be set until all schedulingGates have been cleared");
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonMap value, JsonMap old, string subresource, FieldErrors errors)
    {
        switch (subresource)
        {
            case "ephemeralcontainers":
                Validate(value, errors);
                PodChanges.EphemeralContainers(Field.Root(value, errors)["spec"], old.Map("spec") ?? []);
                break;
            case "resize":
                Validate(value, errors);
                PodChanges.Resize(Field.Root(value, errors)["spec"], value, old);
                break;
            default:
                base.ValidateUpdate(value, old, subresource, errors);
                break;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value) =>
        PodWarnings.Of(value.Map("metadata") ?? [], value.Map("spec") ?? [], "");

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        var spec = root["spec"];
        root["metadata"]["annotations"].PodAnnotations(spec);
        spec.PodSpec(root["metadata"]["name"].Text is { Length: > 0 } name ? name : "pod");
        if (spec["serviceAccountName"].IsEmpty)
        {
            foreach (var source in spec["volumes"].Items.SelectMany(v => v["projected"]["sources"].Items).Where(s => s["serviceAccountToken"].Has))
            {
                source["serviceAccountToken"].Forbidden("must not be specified when serviceAccountName is not set");
            }
        }

        spec.ImagesOfPod();
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        root["metadata"]["annotations"].PodAnnotationChanges(old.At("metadata", "annotations") as JsonMap ?? []);
        PodChanges.Update(root["spec"], old.Map("spec") ?? []);
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        root["metadata"]["annotations"].PodAnnotationChanges(old.At("metadata", "annotations") as JsonMap ?? []);
        PodStatusRules.Check(root, old);
    }

    private static void KeepAllBut(JsonMap value, JsonMap old, Action<JsonMap, JsonMap> take)
    {
        var given = value.Map("spec") ?? [];
        var spec = old.Map("spec")?.DeepClone() ?? [];
        take(spec, given);
        CarryOver(value, old, "status");
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences"])
        {
            CarryOver(value.EnsureMap("metadata"), old.Map("metadata") ?? [], field);
        }

        value["spec"] = spec;
    }

    private static void TakeResources(JsonMap spec, JsonMap given)
    {
        CarryOver(spec, given, "resources");
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            var (was, now) = (spec.Maps(list).ToArray(), given.Maps(list).ToArray());
            if (!was.Select(ContainerRules.NameOf).SequenceEqual(now.Select(ContainerRules.NameOf)))
            {
                // Kept as sent, so that validation can refuse it; other changes are passed over in silence.
                CarryOver(spec, given, list);
                continue;
            }

            foreach (var (before, after) in was.Zip(now))
            {
                CarryOver(before, after, "resources");
                CarryOver(before, after, "resizePolicy");
            }
        }
    }

    private static void SyncAddresses(JsonMap status, string one, string many)
    {
        if (status.List(many) is { Count: > 0 } list)
        {
            status[one] = (list[0] as JsonMap)?["ip"];
        }
        else if (status.Text(one) is { Length: > 0 } ip)
        {
            status[many] = new JsonList { new JsonMap { ["ip"] = ip } };
        }
    }
}
