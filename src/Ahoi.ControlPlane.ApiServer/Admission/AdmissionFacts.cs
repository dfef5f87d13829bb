using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>What the expressions of policies and match conditions see of a write.</summary>
internal sealed class AdmissionFacts
{
    private readonly Dictionary<string, object?> _facts;

    private AdmissionFacts(Dictionary<string, object?> facts, JsonMap? space) => (_facts, Space) = (facts, space);

    /// <summary>Gets the namespace of the write, or the one that is written, or <see langword="null"/>.</summary>
    public JsonMap? Space { get; }

    /// <summary>Gathers the facts.</summary>
    public static AdmissionFacts Of(ServerParts parts, AdmissionWrite write)
    {
        var request = write.Request;
        var space = NamespaceOf(parts, write);
        var authorizer = new PolicyAuthorizer(parts.Authorizer, request.User);
        return new(
            new(StringComparer.Ordinal)
            {
                ["object"] = write.Value,
                ["oldObject"] = write.Old,
                ["namespaceObject"] = request.Resource.Namespaced ? space : null,
                ["request"] = PolicyRequest.Of(write),
                ["authorizer"] = authorizer,
                [PolicyExpressions.RequestResource] = new CelAuthorizerResource(authorizer, new()
                {
                    Group = request.Resource.Group,
                    Resource = request.Resource.Plural,
                    Subresource = request.Subresource?.Name ?? "",
                    Namespace = request.Namespace,
                    Name = write.Name,
                }),
            },
            space);
    }

    /// <summary>Makes the facts as seen in another version of the resource.</summary>
    /// <param name="seen">The version.</param>
    /// <param name="value">The new object in that version.</param>
    /// <param name="old">The stored object in that version.</param>
    public AdmissionFacts In(ServedResource seen, JsonMap? value, JsonMap? old)
    {
        var request = new JsonMap();
        foreach (var (key, item) in (JsonMap)_facts["request"]!)
        {
            request[key] = item;
        }

        request["kind"] = new JsonMap { ["group"] = seen.Group, ["version"] = seen.Version, ["kind"] = seen.Kind };
        request["resource"] = new JsonMap { ["group"] = seen.Group, ["version"] = seen.Version, ["resource"] = seen.Plural };
        return new(new(_facts, StringComparer.Ordinal) { ["object"] = value, ["oldObject"] = old, ["request"] = request }, Space);
    }

    /// <summary>Finds a fact by the name that expressions use.</summary>
    public object? Find(string name) => _facts.GetValueOrDefault(name);

    private static JsonMap? NamespaceOf(ServerParts parts, AdmissionWrite write)
    {
        var request = write.Request;
        if (request.Resource is { Group: "", Kind: "Namespace" })
        {
            return write.Value ?? write.Old;
        }

        return request.Resource.Namespaced && parts.Registry.Current.Find("", "v1", "namespaces")?.Storage is { } storage
            ? storage.Cache.Find(storage.KeyOf(null, request.Namespace))?.Parse()
            : null;
    }
}
