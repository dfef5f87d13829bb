namespace Ahoi.Framework.Planning;

/// <summary>Lets reads and dry runs through and refuses everything else.</summary>
internal sealed class PlanningHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var reads = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        var path = request.RequestUri?.PathAndQuery ?? "";
        // Reviews are posted but store nothing.
        var asks = path.StartsWith("/apis/authorization.k8s.io/", StringComparison.Ordinal) || path.StartsWith("/apis/authentication.k8s.io/", StringComparison.Ordinal);
        return reads || asks || path.Contains("dryRun=All", StringComparison.Ordinal)
            ? base.SendAsync(request, cancellationToken)
            : throw new PlanOnlyException($"{request.Method} {path}");
    }
}
