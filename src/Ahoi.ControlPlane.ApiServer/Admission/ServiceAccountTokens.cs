using System.Security.Cryptography;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>
/// Gives each new pod a service account, and its containers the account's token, the API server's authority and the namespace's
/// name at the usual place, as Kubernetes' admission plugin ServiceAccount does.
/// </summary>
internal sealed class ServiceAccountTokens(NamespaceObjects objects) : IAdmission
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const long ExpirationSeconds = 3607; // As Kubernetes has it: an hour, and what tells it from an hour that somebody chose.

    public bool IsRepeated => true;

    public async ValueTask MutateAsync(AdmissionWrite write, CancellationToken cancellationToken)
    {
        var resource = write.Request.Resource;
        if (write.Operation != "CREATE" || write.Request.Subresource is not null || resource.Group.Length > 0 || resource.Kind != "Pod" || write.Value?.Map("spec") is not { } spec)
        {
            return;
        }

        if (spec.Text("serviceAccountName") is not { Length: > 0 } name)
        {
            name = "default";
            spec["serviceAccountName"] = name;
            spec["serviceAccount"] = name;
        }

        var @namespace = write.Request.Namespace;
        var accounts = await objects.ListAsync("", "serviceaccounts", @namespace, cancellationToken).ConfigureAwait(false);
        var account = accounts.FirstOrDefault(a => a.At("metadata", "name") is string known && known == name)
            ?? throw ApiErrors.Forbidden(resource.Resource, write.Name, $"error looking up service account {@namespace}/{name}: serviceaccount \"{name}\" not found");
        if (spec.List("imagePullSecrets") is not { Count: > 0 } && account.List("imagePullSecrets") is { Count: > 0 } secrets)
        {
            spec["imagePullSecrets"] = secrets.DeepClone();
        }

        if (spec.Flag("automountServiceAccountToken") ?? account.Flag("automountServiceAccountToken") ?? true)
        {
            Mount(spec);
        }
    }

    private static void Mount(JsonMap spec)
    {
        var without = (spec.List("initContainers")?.Maps ?? []).Concat(spec.List("containers")?.Maps ?? [])
            .Where(c => (c.List("volumeMounts")?.Maps ?? []).All(m => m.Text("mountPath") != MountPath))
            .ToList();
        if (without.Count == 0)
        {
            return;
        }

        var volumes = spec.EnsureList("volumes");
        var volume = volumes.Maps.Select(v => v.Text("name")).FirstOrDefault(n => n?.StartsWith(VolumePrefix, StringComparison.Ordinal) == true);
        if (volume is null)
        {
            volume = VolumePrefix + RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
            volumes.Add(Volume(volume));
        }

        foreach (var container in without)
        {
            container.EnsureList("volumeMounts").Add(new JsonMap { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = MountPath });
        }
    }

    private static JsonMap Volume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonMap
        {
            ["defaultMode"] = 420L,
            ["sources"] = new JsonList
            {
                new JsonMap { ["serviceAccountToken"] = new JsonMap { ["expirationSeconds"] = ExpirationSeconds, ["path"] = "token" } },
                new JsonMap
                {
                    ["configMap"] = new JsonMap
                    {
                        ["name"] = "kube-root-ca.crt",
                        ["items"] = new JsonList { new JsonMap { ["key"] = "ca.crt", ["path"] = "ca.crt" } },
                    },
                },
                new JsonMap
                {
                    ["downwardAPI"] = new JsonMap
                    {
                        ["items"] = new JsonList { new JsonMap { ["path"] = "namespace", ["fieldRef"] = new JsonMap { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" } } },
                    },
                },
            },
        },
    };
}
