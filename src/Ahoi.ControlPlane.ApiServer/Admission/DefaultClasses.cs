using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>Gives claims and ingresses that name no class the default one: of several the newest, then the first by name.</summary>
internal sealed class DefaultClasses(NamespaceObjects objects) : IAdmission
{
    public bool IsRepeated => true;

    private static readonly string[] StorageMarks = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    private static readonly string[] IngressMarks = ["ingressclass.kubernetes.io/is-default-class"];

    public ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        if (write.Operation != "CREATE" || write.Request.Subresource is not null || write.Value is not { } value)
        {
            return ValueTask.CompletedTask;
        }

        var annotations = value.Map("metadata")?.Map("annotations");
        return write.Request.Resource switch
        {
            { Group: "", Kind: "PersistentVolumeClaim" } when annotations?.ContainsKey("volume.beta.kubernetes.io/storage-class") != true =>
                FillAsync(value.EnsureMap("spec"), "storageClassName", "storage.k8s.io", "storageclasses", StorageMarks, cancellationToken),
            { Group: "networking.k8s.io", Kind: "Ingress" } when annotations?.ContainsKey("kubernetes.io/ingress.class") != true =>
                FillAsync(value.EnsureMap("spec"), "ingressClassName", "networking.k8s.io", "ingressclasses", IngressMarks, cancellationToken),
            _ => ValueTask.CompletedTask,
        };
    }

    private async ValueTask FillAsync(JsonMap spec, string field, string group, string plural, string[] marks, CancellationToken cancellationToken)
    {
        if (spec[field] is not null)
        {
            return; // An empty class is a choice too: none.
        }

        var classes = await objects.ListAsync(group, plural, null, cancellationToken).ConfigureAwait(false);
        var @default = classes.Where(c => marks.Any(m => c.Map("metadata")?.Map("annotations")?.Text(m) == "true"))
            .OrderByDescending(c => c.Map("metadata")!.Text("creationTimestamp"), StringComparer.Ordinal)
            .ThenBy(c => c.NameOf(), StringComparer.Ordinal)
            .FirstOrDefault();
        if (@default is not null)
        {
            spec[field] = @default.NameOf();
        }
    }
}
