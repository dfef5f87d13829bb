using System.Collections.Concurrent;
using Ahoi.ControlPlane.Node.Pods;

namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>Keeps a pod's tokens until most of their time has passed; then it asks for new ones, as the kubelet does after four
/// fifths.</summary>
internal sealed class TokenCache(ITokenSource source, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string? Audience, long Seconds), (string Token, DateTimeOffset Renew)> _tokens = new();

    /// <summary>Gets when the first token has to be renewed, or <see langword="null"/> without one.</summary>
    public DateTimeOffset? Renew => _tokens.IsEmpty ? null : _tokens.Values.Min(t => t.Renew);

    /// <summary>Gets a token.</summary>
    public async Task<string> GetAsync(PodFacts pod, string? audience, long seconds, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_tokens.TryGetValue((audience, seconds), out var known) && known.Renew > now)
        {
            return known.Token;
        }

        var account = pod.Spec.Text("serviceAccountName") is { Length: > 0 } name ? name : "default";
        var (token, expires) = await source.RequestAsync(pod.Namespace, account, pod.Name, pod.Uid, audience, seconds, cancellationToken).ConfigureAwait(false);
        _tokens[(audience, seconds)] = (token, now + ((expires - now) * 0.8));
        return token;
    }
}
