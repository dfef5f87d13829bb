using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission.Limits;

/// <summary>
/// Gives containers the requests and limits that the namespace's limit ranges say, and refuses pods and claims outside of
/// them. Updates are not looked at, as kube-apiserver does not: containers cannot change what is limited, except through
/// <c>resize</c>.
/// </summary>
internal sealed class LimitRanger(NamespaceObjects objects) : IAdmission
{
    public bool IsRepeated => true;

    public const string Annotation = "kubernetes.io/limit-ranger";

    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        if (!Concerns(write) || write.Request.Resource.Kind != "Pod" || write.Operation != "CREATE")
        {
            return;
        }

        foreach (var range in await RangesAsync(write, cancellationToken).ConfigureAwait(false))
        {
            var done = LimitDefaults.Fill(write.Value!.EnsureMap("spec"), range); // A creation has a value.
            if (done.Count > 0)
            {
                write.Value!.Metadata().EnsureMap("annotations")[Annotation] = $"LimitRanger plugin set: {string.Join("; ", done)}";
            }
        }
    }

    public async ValueTask ValidateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        if (!Concerns(write))
        {
            return;
        }

        var faults = new List<string>();
        foreach (var range in await RangesAsync(write, cancellationToken).ConfigureAwait(false))
        {
            LimitRules.Check(write.Value!, range, faults); // It has one: deletions do not concern it.
        }

        if (faults.Count > 0)
        {
            throw ApiErrors.Forbidden(write.Request.Resource.Resource, write.Name, faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]");
        }
    }

    private static bool Concerns(AdmissionWrite write) =>
        write is { Value: not null, Request.Resource: { Group: "", Kind: "Pod" or "PersistentVolumeClaim" } resource }
        && write.Request.Subresource?.Name switch
        {
            null => write.Operation == "CREATE" || (resource.Kind == "PersistentVolumeClaim" && write.Operation == "UPDATE" && !write.Value.IsDeleting()),
            "resize" => write.Operation == "UPDATE",
            _ => false,
        };

    private ValueTask<IReadOnlyList<JsonMap>> RangesAsync(AdmissionWrite write, CancellationToken cancellationToken) =>
        objects.ListAsync("", "limitranges", write.Request.Namespace, cancellationToken);
}
