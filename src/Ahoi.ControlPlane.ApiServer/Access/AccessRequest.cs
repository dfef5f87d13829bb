namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>What somebody wants to do, as authorizers see it.</summary>
internal sealed record AccessRequest
{
    public required UserInfo User { get; init; }

    /// <summary>Gets the verb: get, list, watch, create, update, patch, delete, deletecollection, or one of RBAC's own (bind, escalate, impersonate); lower-case HTTP methods for paths.</summary>
    public required string Verb { get; init; }

    /// <summary>Gets the path of a request that is not for a resource; otherwise <see langword="null"/>.</summary>
    public string? Path { get; init; }

    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Gets the namespace; empty for cluster-scoped resources and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Gets the object's name; empty where the request is for a whole collection.</summary>
    public string Name { get; init; } = "";
}
