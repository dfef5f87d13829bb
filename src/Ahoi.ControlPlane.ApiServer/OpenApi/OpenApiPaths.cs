using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>Describes the requests that resources serve.</summary>
/// <param name="form">How the version of OpenAPI says it.</param>
internal sealed class OpenApiPaths(IOpenApiForm form)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Gets the definitions that the requests refer to.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>Describes resources.</summary>
    /// <param name="resources">The resources and subresources.</param>
    /// <returns>The document's <c>paths</c>.</returns>
    public JsonMap Describe(IEnumerable<OpenApiResource> resources)
    {
        var paths = new JsonMap();
        foreach (var resource in resources)
        {
            var (group, version, plural) = (resource.Resource.Group, resource.Resource.Version, resource.Resource.Resource);
            var root = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
            var scoped = resource.Namespaced ? $"{root}/namespaces/{{namespace}}/{plural}" : $"{root}/{plural}";
            var named = $"{scoped}/{{name}}";
            if (resource.Subresource.Length > 0)
            {
                Add(paths, $"{named}/{resource.Subresource}", resource, named: true, ("get", "get"), ("put", "update"), ("post", "create"), ("patch", "patch"), ("delete", "delete"));
                continue;
            }

            Add(paths, scoped, resource, named: false, ("get", "list"), ("post", "create"), ("delete", "deletecollection"));
            Add(paths, named, resource, named: true, ("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete"));
            if (resource.Namespaced)
            {
                Add(paths, $"{root}/{plural}", resource, named: false, ("get", "list"));
            }
        }

        return paths;
    }

    private void Add(JsonMap paths, string path, OpenApiResource resource, bool named, params ReadOnlySpan<(string Method, string Verb)> operations)
    {
        var item = new JsonMap();
        foreach (var (method, verb) in operations)
        {
            if (resource.Verbs.Contains(verb))
            {
                item[method] = Operation(resource, verb, path.Contains("{namespace}", StringComparison.Ordinal));
            }
        }

        if (item.Count == 0)
        {
            return;
        }

        var parameters = new JsonList();
        if (named)
        {
            parameters.Add(form.Parameter("name", "path", "string", $"name of the {resource.Kind.Kind}"));
        }

        if (path.Contains("{namespace}", StringComparison.Ordinal))
        {
            parameters.Add(form.Parameter("namespace", "path", "string", "the object's namespace"));
        }

        parameters.Add(form.Parameter("pretty", "query", "string", "whether the answer is indented"));
        item["parameters"] = parameters;
        paths[path] = item;
    }

    private JsonMap Operation(OpenApiResource resource, string verb, bool namespaced)
    {
        var own = Use(DefinitionNames.Of(resource));
        var answer = verb switch
        {
            "list" => Use(DefinitionNames.OfList(resource)),
            "delete" or "deletecollection" => Use(DefinitionNames.Status),
            _ => own,
        };
        var body = verb switch
        {
            "create" or "update" => own,
            "patch" => Use(DefinitionNames.Patch),
            "delete" or "deletecollection" => Use(DefinitionNames.DeleteOptions),
            _ => null,
        };
        var operation = new JsonMap
        {
            ["tags"] = new JsonList { Tag(resource) },
            ["description"] = $"{verb} {(verb is "list" or "deletecollection" ? "objects" : "the specified object")} of kind {resource.Kind.Kind}",
            ["operationId"] = OperationId(resource, verb, namespaced),
            ["x-kubernetes-action"] = Action(resource, verb),
            ["x-kubernetes-group-version-kind"] = new JsonMap
            {
                ["group"] = resource.Kind.Group,
                ["version"] = resource.Kind.Version,
                ["kind"] = resource.Kind.Kind,
            },
        };
        if (QueryParameters.Of(verb) is { Length: > 0 } query)
        {
            operation["parameters"] = new JsonList(query.Select(q => form.Parameter(q.Name, "query", q.Type, q.Description)));
        }

        string[] codes = verb switch
        {
            "create" => ["200", "201", "202"],
            "update" or "patch" => ["200", "201"],
            "delete" => ["200", "202"],
            _ => ["200"],
        };
        form.Describe(operation, body, answer, codes, verb == "patch" ? PatchTypes(resource) : null);
        return operation;
    }

    private string? Use(string? name)
    {
        if (name is not null)
        {
            _used.Add(name);
        }

        return name;
    }

    private static IEnumerable<string> PatchTypes(OpenApiResource resource) =>
        resource.IsCustom
            ? ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"]
            : ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];

    private static string Action(OpenApiResource resource, string verb) => verb switch
    {
        "create" => "post",
        "update" => "put",
        _ when resource.Kind.Kind.EndsWith("Options", StringComparison.Ordinal) => "connect",
        _ => verb,
    };

    private static string Tag(OpenApiResource resource) =>
        $"{(resource.Resource.Group.Length == 0 ? "core" : resource.Resource.Group.Replace(".k8s.io", "", StringComparison.Ordinal).Replace('.', '_'))}_{resource.Resource.Version}";

    private static string OperationId(OpenApiResource resource, string verb, bool namespaced)
    {
        var action = verb switch { "get" => "read", "update" => "replace", "deletecollection" => "deleteCollection", _ => verb };
        var group = resource.Resource.Group.Length == 0 ? "Core" : string.Concat(
            resource.Resource.Group.Replace(".k8s.io", "", StringComparison.Ordinal).Split('.', '-').Where(p => p.Length > 0).Select(Upper));
        var scope = namespaced ? "Namespaced" : "";
        var everywhere = verb == "list" && resource.Namespaced && !namespaced ? "ForAllNamespaces" : "";
        var singular = resource.Subresource.Length > 0 && resource.Resource.Group == "" ? Upper(resource.Resource.Resource.TrimEnd('s')) : resource.Kind.Kind;
        return $"{action}{group}{Upper(resource.Resource.Version)}{scope}{singular}{(resource.Subresource.Length > 0 ? Upper(resource.Subresource) : "")}{everywhere}";
    }

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
