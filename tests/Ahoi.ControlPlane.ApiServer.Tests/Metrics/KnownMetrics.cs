using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Metrics;

/// <summary>Says of every node and of every pod on node n the same.</summary>
internal sealed class KnownMetrics : IResourceMetrics
{
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 10, 0, 15, TimeSpan.Zero);

    public UsageSample? OfNode(string node) => new(node, Time, TimeSpan.FromSeconds(65.25), 1_250_000_000, 3L << 30);

    public IReadOnlyList<UsageSample> OfPod(string node, string uid) => node != "n" ? [] :
    [
        new("app", Time, TimeSpan.FromSeconds(15), 250_123_456, 5000 * 1024),
        new("side", Time.AddSeconds(-1), TimeSpan.FromSeconds(15.077), 1_000_000, 1024 * 1024),
    ];
}
