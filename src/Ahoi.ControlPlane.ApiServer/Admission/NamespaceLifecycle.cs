using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>
/// Nothing is created in a namespace that is not there or on its way out, and the namespaces the system lives in stay.
/// </summary>
internal sealed class NamespaceLifecycle(ObjectFeed feed, ResourceRegistry registry) : IAdmission
{
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly string[] Immortal = ["default", "kube-public", "kube-system"];

    public ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken) =>
        write.Operation == "DELETE" && write.Request.Resource.Resource == Namespaces && Immortal.Contains(write.Name)
            ? throw ApiErrors.Forbidden(Namespaces, write.Name, "this namespace may not be deleted")
            : ValueTask.CompletedTask;

    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var resource = write.Request.Resource;
        if (write.Operation != "CREATE" || !resource.Namespaced || resource.Storage is null)
        {
            return;
        }

        var name = write.Request.Namespace;
        var storage = registry.Current.Find("", "v1", Namespaces.Resource)!.Storage!; // Namespaces are always served.
        await feed.CatchUpAsync(storage, cancellationToken).ConfigureAwait(false);
        if (storage.Cache.Find(storage.KeyOf(null, name)) is not { } found)
        {
            throw ApiErrors.NotFound(Namespaces, name);
        }

        if (found.Field("metadata.deletionTimestamp").Length > 0)
        {
            throw ApiErrors.Forbidden(
                resource.Resource,
                write.Value?.NameOf() ?? write.Name,
                $"unable to create new content in namespace {name} because it is being terminated",
                new StatusCause("NamespaceTerminating", $"namespace {name} is being terminated", "metadata.namespace"));
        }
    }
}
