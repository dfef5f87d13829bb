namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>Makes tokens of service accounts for pods.</summary>
internal interface ITokenSource
{
    /// <summary>Makes a token that is bound to a pod.</summary>
    /// <returns>The token, and when it expires.</returns>
    Task<(string Token, DateTimeOffset Expires)> RequestAsync(
        string @namespace, string account, string pod, string uid, string? audience, long expirationSeconds, CancellationToken cancellationToken);
}
