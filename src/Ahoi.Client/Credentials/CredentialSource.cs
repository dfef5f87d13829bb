namespace Ahoi.Client.Credentials;

/// <summary>
/// Where credentials come from. They are kept until they end or the server refuses them, and fetched by one caller at a
/// time while the others wait for it.
/// </summary>
public abstract class CredentialSource : IDisposable
{
    private readonly SemaphoreSlim _fetching = new(1, 1);
    private volatile Credential? _current;

    /// <summary>Gets the credential to send.</summary>
    /// <param name="refused">The one the server just answered 401 to; it is not given out again if there can be another.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The credential; <paramref name="refused"/> itself where there is no other.</returns>
    public async ValueTask<Credential> GetAsync(Credential? refused, CancellationToken cancellationToken)
    {
        if (Usable(refused) is { } current)
        {
            return current;
        }

        await _fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Usable(refused) is { } fetched)
            {
                return fetched;
            }

            var next = await FetchAsync(_current, cancellationToken).ConfigureAwait(false);
            _current = next;
            return next;
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gets a new credential.</summary>
    /// <param name="previous">The last one, which is returned where nothing newer can be had.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The credential.</returns>
    protected abstract ValueTask<Credential> FetchAsync(Credential? previous, CancellationToken cancellationToken);

    /// <summary>Gets whether a credential may be sent again without asking for another.</summary>
    /// <param name="credential">The credential.</param>
    /// <returns>Whether it is still good.</returns>
    protected abstract bool IsFresh(Credential credential);

    /// <summary>Lets go of what the source holds.</summary>
    /// <param name="disposing">Whether it is disposed of rather than collected.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _fetching.Dispose();
        }
    }

    private Credential? Usable(Credential? refused) =>
        _current is { } current && !ReferenceEquals(current, refused) && IsFresh(current) ? current : null;
}
