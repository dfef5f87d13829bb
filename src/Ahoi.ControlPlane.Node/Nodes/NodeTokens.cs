using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane.Node.Volumes;

namespace Ahoi.ControlPlane.Node.Nodes;

/// <summary>Asks the API server for pods' tokens.</summary>
internal sealed class NodeTokens(ApiClient client) : ITokenSource
{
    public async Task<(string Token, DateTimeOffset Expires)> RequestAsync(
        string @namespace, string account, string pod, string uid, string? audience, long expirationSeconds, CancellationToken cancellationToken)
    {
        var spec = new JsonMap
        {
            ["expirationSeconds"] = expirationSeconds,
            ["boundObjectRef"] = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = pod, ["uid"] = uid },
        };
        if (audience is { Length: > 0 })
        {
            spec["audiences"] = new JsonList { audience };
        }

        var answer = await client.CreateSubresourceAsync(
            NodeKinds.ServiceAccounts,
            new ObjectKey(@namespace, account),
            "token",
            RequestBody.FromMap(new() { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = spec }),
            null,
            cancellationToken).ConfigureAwait(false);
        var status = answer.ToMap().Map("status") ?? [];
        return (status.Text("token") ?? "", DateTimeOffset.Parse(status.Text("expirationTimestamp") ?? "", CultureInfo.InvariantCulture));
    }
}
