namespace Ahoi.Client.Requests;

/// <summary>An answer as it came.</summary>
/// <param name="Code">The HTTP status code.</param>
/// <param name="ContentType">The body's media type, or <see langword="null"/>.</param>
/// <param name="Body">The body.</param>
public sealed record RawResponse(int Code, string? ContentType, ReadOnlyMemory<byte> Body);
