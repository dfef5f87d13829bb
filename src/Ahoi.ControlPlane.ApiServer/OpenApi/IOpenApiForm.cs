using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>What the versions of OpenAPI say differently about requests.</summary>
internal interface IOpenApiForm
{
    /// <summary>Describes a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="place">path or query.</param>
    /// <param name="type">Its JSON type.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The parameter.</returns>
    JsonMap Parameter(string name, string place, string type, string description);

    /// <summary>Describes bodies.</summary>
    /// <param name="operation">The operation; changed in place.</param>
    /// <param name="body">The definition of the request's body, or <see langword="null"/>.</param>
    /// <param name="answer">The definition of the answer's body, or <see langword="null"/>.</param>
    /// <param name="codes">The codes of success.</param>
    /// <param name="patchTypes">The media types of a patch, or <see langword="null"/>.</param>
    void Describe(JsonMap operation, string? body, string? answer, IEnumerable<string> codes, IEnumerable<string>? patchTypes);
}
