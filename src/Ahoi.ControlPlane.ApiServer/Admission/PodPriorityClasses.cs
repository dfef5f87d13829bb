using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>Gives each new pod the priority of its class, or of the default class.</summary>
internal sealed class PodPriorityClasses(ObjectFeed feed, ResourceRegistry registry) : IAdmission
{
    public bool IsRepeated => true;

    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var resource = write.Request.Resource;
        if (write.Operation != "CREATE" || write.Request.Subresource is not null || resource.Group.Length > 0 || resource.Kind != "Pod" || write.Value is not { } pod)
        {
            return;
        }

        var storage = registry.Current.Find("scheduling.k8s.io", "v1", "priorityclasses")!.Storage!; // A built-in resource.
        await feed.CatchUpAsync(storage, cancellationToken).ConfigureAwait(false);
        var cache = storage.Cache;
        JsonMap[] classes = [.. cache.Snapshot(cache.Prefix, out _).Select(c => c.Parse())];
        if (PodPriority.Set(pod, classes) is { } refusal)
        {
            throw ApiErrors.Forbidden(resource.Resource, write.Name, refusal);
        }
    }
}
