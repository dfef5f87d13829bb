using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Puts pods on nodes: <c>POST .../pods/NAME/binding</c>, which schedulers use.</summary>
internal sealed class PodBindings(ServerParts parts) : ISubresourceHandler
{
    private static readonly GroupVersionKind Kind = new("", "v1", "Binding");

    public async Task HandleAsync(ApiRequest request)
    {
        var options = WriteOptions.Read(request, "CreateOptions");
        var binding = await BodyDecoder.ReadAsync(request, options, Kind, BuiltInSchemas.Find(Kind), custom: false).ConfigureAwait(false);
        if (binding.NameOf() is { Length: > 0 } name && name != request.Name)
        {
            throw ApiErrors.BadRequest($"The name of the binding ({name}) does not match the pod of the URL ({request.Name}).");
        }

        await parts.Admission.AdmitAsync(request, options, binding).ConfigureAwait(false);
        var node = binding.At("target", "name") as string ?? "";
        if (node.Length == 0)
        {
            var errors = new Ahoi.Api.Errors.FieldErrors();
            errors.Required("target.name");
            throw ApiErrors.Invalid(Kind, request.Name, errors);
        }

        var bound = await StoredChange.MakeAsync(
            parts, request.Resource, request.Namespace, request.Name, pod => Bind(request, pod, binding, node), options.DryRun, request.Aborted).ConfigureAwait(false);
        if (bound is null)
        {
            throw ApiErrors.NotFound(request.Resource.Resource, request.Name);
        }

        await ObjectAnswers.WriteObjectAsync(request, 201, JsonTree.ToUtf8(Success())).ConfigureAwait(false);
    }

    /// <summary>The answer of subresources that have nothing to show.</summary>
    public static JsonMap Success() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonMap(),
        ["status"] = "Success",
        ["code"] = 201,
    };

    private static void Bind(ApiRequest request, JsonMap pod, JsonMap binding, string node)
    {
        var place = request.Resource.Resource with { Resource = "pods/binding" };
        if (binding.UidOf() is { Length: > 0 } uid && uid != pod.UidOf())
        {
            throw ApiErrors.Conflict(place, request.Name, $"the binding is for the pod with uid {uid}, and this one has {pod.UidOf()}");
        }

        if (pod.IsDeleting())
        {
            throw ApiErrors.Conflict(place, request.Name, "the pod is being deleted and cannot be put on a node");
        }

        if (pod.At("spec", "nodeName") is string { Length: > 0 } there)
        {
            throw ApiErrors.Conflict(place, request.Name, $"the pod is on node \"{there}\" already");
        }

        pod.EnsureMap("spec")["nodeName"] = node;
        foreach (var (key, value) in binding.At("metadata", "annotations") as JsonMap ?? [])
        {
            pod.EnsureMap("metadata").EnsureMap("annotations")[key] = value;
        }

        PodCondition.Set(pod, "PodScheduled", "True", request.Now);
    }
}
