using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Deletes pods as far as disruption budgets allow: <c>POST .../pods/NAME/eviction</c>.</summary>
internal sealed class PodEvictions(ServerParts parts, DeleteRequests deletions) : ISubresourceHandler
{
    private const int RetryAfterSeconds = 10;

    private static readonly GroupVersionKind Kind = new("policy", "v1", "Eviction");

    public async Task HandleAsync(ApiRequest request)
    {
        var options = WriteOptions.Read(request, "CreateOptions");
        var eviction = await BodyDecoder.ReadAsync(request, options, Kind, BuiltInSchemas.Find(Kind), custom: false).ConfigureAwait(false);
        if (eviction.NameOf() is { Length: > 0 } name && name != request.Name)
        {
            throw ApiErrors.BadRequest($"The name of the eviction ({name}) does not match the pod of the URL ({request.Name}).");
        }

        await parts.Admission.AdmitAsync(request, options, eviction).ConfigureAwait(false);
        await parts.Feed.CatchUpAsync(request.Aborted).ConfigureAwait(false);
        var storage = request.Resource.Storage!; // Pods are stored.
        var pod = storage.Cache.Find(storage.KeyOf(request.Namespace, request.Name))?.Parse()
            ?? throw ApiErrors.NotFound(request.Resource.Resource, request.Name);
        var dryRun = options.DryRun || eviction.At("deleteOptions", "dryRun") is JsonList { Count: > 0 };
        if (!IsDisposable(pod))
        {
            await SpendBudgetAsync(request, pod, dryRun).ConfigureAwait(false);
        }

        if (!dryRun)
        {
            await DeleteAsync(request, eviction, pod).ConfigureAwait(false);
        }

        await ObjectAnswers.WriteObjectAsync(request, 201, JsonTree.ToUtf8(PodBindings.Success())).ConfigureAwait(false);
    }

    // What does not run, or goes anyway, is nobody's loss.
    private static bool IsDisposable(JsonMap pod) =>
        pod.IsDeleting() || pod.At("status", "phase") is "Pending" or "Succeeded" or "Failed";

    private async ValueTask SpendBudgetAsync(ApiRequest request, JsonMap pod, bool dryRun)
    {
        var resource = parts.Registry.Current.Find("policy", "v1", "poddisruptionbudgets")!; // A built-in resource.
        var labels = (pod.At("metadata", "labels") as JsonMap ?? []).ToDictionary(l => l.Key, l => l.Value as string ?? "");
        var storage = resource.Storage!;
        JsonMap[] budgets =
        [
            .. storage.Cache.Snapshot(storage.KeyOf(request.Namespace, ""), out _)
                .Select(b => b.Parse())
                .Where(b => b.At("spec", "selector") is JsonMap selector && LabelSelector.FromJson(selector).Matches(labels)),
        ];
        if (budgets.Length > 1)
        {
            // Kubernetes gives no reason here, beside the code.
            throw new ApiException(new(500, StatusReason.Unknown, "This pod is under more than one disruption budget, and an eviction can count against one only."));
        }

        if (budgets is not [var budget] || MayGoUnhealthy(pod, budget))
        {
            return;
        }

        await StoredChange.MakeAsync(
            parts, resource, request.Namespace, budget.NameOf(), b => Spend(b, request.Name, request.Now), dryRun, request.Aborted).ConfigureAwait(false);
    }

    private static bool MayGoUnhealthy(JsonMap pod, JsonMap budget)
    {
        var ready = (pod.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Ready" && c.Text("status") == "True") == true;
        if (ready)
        {
            return false;
        }

        var healthy = budget.At("status", "currentHealthy") as long? ?? 0;
        var desired = budget.At("status", "desiredHealthy") as long? ?? 0;
        return budget.At("spec", "unhealthyPodEvictionPolicy") is "AlwaysAllow" || (healthy >= desired && desired > 0);
    }

    private static void Spend(JsonMap budget, string pod, DateTimeOffset now)
    {
        var status = budget.EnsureMap("status");
        if ((status.Integer("observedGeneration") ?? 0) < (budget.At("metadata", "generation") as long? ?? 0))
        {
            throw Refused("The disruption budget is still being processed by the server.", RetryAfterSeconds);
        }

        var allowed = status.Integer("disruptionsAllowed") ?? 0;
        if (allowed <= 0)
        {
            throw Refused($"The disruption budget {budget.NameOf()} allows no disruption at the moment.", null);
        }

        status["disruptionsAllowed"] = allowed - 1;
        status.EnsureMap("disruptedPods")[pod] = ObjectMetadata.Timestamp(now);
    }

    private static ApiException Refused(string why, int? retryAfter) => new(new(429, StatusReason.TooManyRequests, "The pod cannot be evicted as that would violate its disruption budget.")
    {
        Details = new() { Causes = [new("DisruptionBudget", why)], RetryAfterSeconds = retryAfter },
    });

    private async ValueTask DeleteAsync(ApiRequest request, JsonMap eviction, JsonMap pod)
    {
        await StoredChange.MakeAsync(
            parts,
            request.Resource,
            request.Namespace,
            request.Name,
            p => PodCondition.Set(p, "DisruptionTarget", "True", request.Now, "EvictionByEvictionAPI", "Eviction API: evicting"),
            dryRun: false,
            request.Aborted).ConfigureAwait(false);
        var options = new DeletionOptions
        {
            Uid = eviction.At("deleteOptions", "preconditions", "uid") as string ?? pod.UidOf(),
            GracePeriod = eviction.At("deleteOptions", "gracePeriodSeconds") as long?,
        };
        await deletions.DeleteAsync(request, request.Namespace, request.Name, options).ConfigureAwait(false);
    }
}
