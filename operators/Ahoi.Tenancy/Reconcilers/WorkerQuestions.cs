using System.Globalization;
using System.Net;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>Asks workers whether they are busy.</summary>
internal sealed class WorkerQuestions : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { MaxResponseContentBufferSize = 1024 };

    /// <summary>Whether a worker has a job. One that does not say is taken to have one.</summary>
    public async Task<bool> IsBusyAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
            var uri = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}/busy"));
            using var response = await _http.GetAsync(uri, limit.Token).ConfigureAwait(false);
            return response.StatusCode != HttpStatusCode.OK || (await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false)).Trim() != "false";
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    public void Dispose() => _http.Dispose();
}
