using Ahoi.Client.Transport;

namespace Ahoi.Client.Credentials;

/// <summary>A bearer token in a file that somebody else renews, as the kubelet does for service accounts.</summary>
public sealed class TokenFileCredential : CredentialSource
{
    private static readonly TimeSpan Reread = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private string _token = "";
    private long _readAt;

    /// <summary>Makes a source that reads <paramref name="path"/> again each minute and when the token is refused.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">Where time comes from.</param>
    public TokenFileCredential(string path, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(time);
        _path = path;
        _time = time;
    }

    /// <inheritdoc/>
    protected override async ValueTask<Credential> FetchAsync(Credential? previous, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = (await File.ReadAllTextAsync(_path, cancellationToken).ConfigureAwait(false)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A token that was good a minute ago is better than none: the file may just be being replaced.
            return previous
                ?? throw new TransportException(TransportFault.NoCredentials, $"The token file {_path} cannot be read.", exception);
        }

        Volatile.Write(ref _readAt, _time.GetTimestamp());
        if (previous is not null && token == _token)
        {
            return previous;
        }

        _token = token;
        return token.Length > 0
            ? Credential.Bearer(token)
            : throw new TransportException(TransportFault.NoCredentials, $"The token file {_path} is empty.");
    }

    /// <inheritdoc/>
    protected override bool IsFresh(Credential credential) => _time.GetElapsedTime(Volatile.Read(ref _readAt)) < Reread;
}
