namespace Ahoi.Client.Transport;

/// <summary>What a request asks for in Kubernetes' terms, read from its method and address.</summary>
/// <param name="Verb">The verb as in access rules; the method in lower case where the path is no resource's. An apply is
/// <c>apply</c>.</param>
/// <param name="Resource">The resource with its group, as in <c>deployments.apps</c>, with its subresource where there is
/// one; null for other paths.</param>
/// <param name="Namespace">The namespace, or null.</param>
/// <param name="Name">The object's name, or null.</param>
/// <param name="Template">The path with placeholders for what varies from object to object.</param>
internal readonly record struct RequestTarget(string Verb, string? Resource, string? Namespace, string? Name, string Template)
{
    /// <summary>Reads a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="prefix">The path below which the API server is.</param>
    public static RequestTarget Of(HttpRequestMessage request, string prefix)
    {
        var path = request.RequestUri!.AbsolutePath; // Every request has an absolute address by the time it is sent.
        if (path.StartsWith(prefix, StringComparison.Ordinal))
        {
            path = path[prefix.Length..];
        }

        var method = request.Method.Method.ToLowerInvariant();
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var from = parts is ["api", ..] ? 2 : parts is ["apis", ..] ? 3 : int.MaxValue;
        if (parts.Length <= from)
        {
            return new(method, null, null, null, path);
        }

        var group = from == 2 ? "" : "." + parts[1];
        var template = "/" + string.Join('/', parts[..from]);
        string? @namespace = null;
        if (parts.Length > from + 2 && parts[from] == "namespaces" && parts[from + 2] is not ("status" or "finalize"))
        {
            (@namespace, from, template) = (Uri.UnescapeDataString(parts[from + 1]), from + 2, template + "/namespaces/{namespace}");
        }

        var resource = parts[from];
        var name = parts.Length > from + 1 ? Uri.UnescapeDataString(parts[from + 1]) : null;
        var subresource = parts.Length > from + 2 ? "/" + parts[from + 2] : "";
        return new(
            VerbOf(request, name is not null),
            resource + group + subresource,
            @namespace,
            name,
            $"{template}/{resource}{(name is null ? "" : "/{name}")}{subresource}");
    }

    private static string VerbOf(HttpRequestMessage request, bool named) => request.Method.Method switch
    {
        "GET" when IsWatch(request.RequestUri!.Query) => "watch",
        "GET" => named ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" when request.Content?.Headers.ContentType?.MediaType?.StartsWith("application/apply-patch", StringComparison.Ordinal) is true => "apply",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        var other => other.ToLowerInvariant(),
    };

    private static bool IsWatch(string query) =>
        query.Contains("watch=true", StringComparison.OrdinalIgnoreCase) || query.Contains("watch=1", StringComparison.Ordinal);
}
