namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>A document as it goes over the wire.</summary>
/// <param name="Json">The UTF-8 JSON.</param>
/// <param name="Hash">The upper-case hexadecimal hash of the bytes: the ETag (in quotes) and the <c>hash</c> parameter.</param>
internal sealed record OpenApiDocument(ReadOnlyMemory<byte> Json, string Hash);
