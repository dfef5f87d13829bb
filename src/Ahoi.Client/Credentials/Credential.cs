using System.Security.Cryptography.X509Certificates;

namespace Ahoi.Client.Credentials;

/// <summary>What proves to the server who we are. Its text form shows nothing of it.</summary>
public sealed class Credential
{
    /// <summary>Nothing: an anonymous request, or one whose client certificate says it all.</summary>
    public static Credential None { get; } = new();

    /// <summary>Gets the value of the <c>Authorization</c> header, or <see langword="null"/>.</summary>
    public string? Authorization { get; init; }

    /// <summary>Gets the client certificate with its key, or <see langword="null"/>.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gets when it ends, or <see langword="null"/> where that is not known.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>A bearer token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The credential.</returns>
    public static Credential Bearer(string token) => new() { Authorization = "Bearer " + token };

    /// <inheritdoc/>
    public override string ToString() => "(credential)";
}
