namespace Ahoi.Client.Transport;

/// <summary>Counts and times each request as it goes over the wire, and makes it a span of whatever sends it.</summary>
internal sealed class MeasuringHandler(string prefix, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        ClientDiagnostics.IsObserved ? MeasureAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> MeasureAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = RequestTarget.Of(request, prefix);
        var started = time.GetTimestamp();
        using var activity = ClientDiagnostics.Start(request, target);
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            ClientDiagnostics.Answered(activity, target, response, time.GetElapsedTime(started));
            return response;
        }
        catch (Exception exception)
        {
            ClientDiagnostics.Failed(activity, target, exception, time.GetElapsedTime(started));
            throw;
        }
    }
}
