namespace Ahoi.Framework.Leadership;

/// <summary>
/// Lets a write through only while this replica leads, and cancels one that is still on its way when the term ends. Put it
/// into the client's middleware, so that no write goes around it. Reads always pass.
/// </summary>
/// <param name="elector">Who knows whether this replica leads.</param>
/// <param name="time">The clock.</param>
public sealed class FencingHandler(LeaderElector elector, TimeProvider time) : DelegatingHandler
{
    /// <inheritdoc/>
    /// <exception cref="LeadershipLostException">The request writes, and this replica does not lead.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var term = elector.Term ?? throw new LeadershipLostException();
        term.ThrowIfOver();
        using var over = new CancellationTokenSource(term.Remaining, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LeadershipLostException();
        }
    }
}
