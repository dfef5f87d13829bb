using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access.Rbac;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Makes what every cluster has, where it is missing: the system's namespaces, the roles people know.</summary>
internal sealed class SystemObjects(ServerParts parts, SystemWriter writer)
{
    /// <summary>The namespaces that every cluster has and that cannot be deleted.</summary>
    public static readonly IReadOnlyList<string> Namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    public async ValueTask EnsureAsync(bool metrics, CancellationToken cancellationToken)
    {
        foreach (var value in Namespaces.Select(Namespace).Concat(BootstrapPolicy.Objects(metrics)))
        {
            await writer.EnsureAsync(value, cancellationToken).ConfigureAwait(false);
        }

        await parts.Feed.CatchUpAsync(cancellationToken).ConfigureAwait(false);
    }

    private static JsonMap Namespace(string name) => new()
    {
        ["kind"] = "Namespace",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonMap { ["name"] = name },
    };
}
