using System.Text;

namespace Ahoi.Client.Credentials;

/// <summary>A credential that never changes: a token, or a user's name and password.</summary>
public sealed class FixedCredential : CredentialSource
{
    private readonly Credential _credential;

    /// <summary>Makes a source of one credential.</summary>
    /// <param name="credential">The credential.</param>
    public FixedCredential(Credential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _credential = credential;
    }

    /// <summary>A bearer token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The source.</returns>
    public static FixedCredential Token(string token) => new(Credential.Bearer(token));

    /// <summary>A user's name and password.</summary>
    /// <param name="user">The name.</param>
    /// <param name="password">The password.</param>
    /// <returns>The source.</returns>
    public static FixedCredential Basic(string user, string password) => new(new()
    {
        Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")),
    });

    /// <inheritdoc/>
    protected override ValueTask<Credential> FetchAsync(Credential? previous, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_credential);

    /// <inheritdoc/>
    protected override bool IsFresh(Credential credential) => true;
}
