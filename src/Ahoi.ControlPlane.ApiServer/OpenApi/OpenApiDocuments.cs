namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI documents of a set of resources, built when first asked for and kept as bytes. A change of the resources
/// makes a new instance; groups that did not change hand their bytes over.
/// </summary>
internal sealed class OpenApiDocuments
{
    /// <summary>Makes the documents of <paramref name="resources"/>.</summary>
    /// <param name="resources">Every resource and subresource served.</param>
    /// <param name="previous">The documents before the change, or <see langword="null"/>.</param>
    public OpenApiDocuments(IReadOnlyList<OpenApiResource> resources, OpenApiDocuments? previous = null) =>
        throw new NotImplementedException($"{resources}{previous}");

    /// <summary>Gets the index of <c>/openapi/v3</c>: every group-version's relative URL with its hash.</summary>
    public OpenApiDocument Index => throw new NotImplementedException(ToString());

    /// <summary>Gets the OpenAPI v2 document in JSON.</summary>
    public OpenApiDocument Version2 => throw new NotImplementedException(ToString());

    /// <summary>Finds the OpenAPI v3 document of a path.</summary>
    /// <param name="path">What follows <c>/openapi/v3/</c>: <c>api/v1</c>, <c>apis/apps/v1</c>, <c>apis/apps</c>, <c>version</c>.</param>
    /// <returns>The document, or <see langword="null"/>.</returns>
    public OpenApiDocument? Find(string path) => throw new NotImplementedException(ToString() + path);
}
