using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>
/// Answers what leads into a running pod: its log, commands, ports. A pod without a node has an empty log and nothing to
/// connect to, as with kube-apiserver; the request of one with a node goes there.
/// </summary>
internal sealed class PodConnections(ServerParts parts, IPodStreams? nodes) : ISubresourceHandler
{
    public async Task HandleAsync(ApiRequest request)
    {
        var storage = request.Resource.Storage!; // Pods are stored.
        await parts.Feed.CatchUpAsync(storage, request.Aborted).ConfigureAwait(false);
        var pod = storage.Cache.Find(storage.KeyOf(request.Namespace, request.Name))?.Parse()
            ?? throw ApiErrors.NotFound(request.Resource.Resource, request.Name);
        if (pod.Map("spec")?.Text("nodeName") is { Length: > 0 } node)
        {
            if (nodes?.HandleAsync(request.Http, node, new(request.Namespace, request.Name), pod.At("metadata", "uid") as string ?? "", request.Subresource!.Name) is { } handled)
            {
                await handled.ConfigureAwait(false);
                return;
            }

            throw ApiErrors.Generic(503, StatusReason.ServiceUnavailable, $"pod {pod.NameOf()} is assigned to node {node}, which cannot be reached from here");
        }

        if (request.Subresource is not { Name: "log" })
        {
            throw ApiErrors.BadRequest($"pod {pod.NameOf()} does not have a host assigned");
        }

        await AnswerWriter.WriteTextAsync(request.Http, 200, "").ConfigureAwait(false);
    }
}
