using Ahoi.Api.Selectors;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>What was recommended and done for one autoscaler lately. It is gone with the process, as with kube-controller-manager.</summary>
internal sealed class ScalingHistory(string uid)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1); // No window or period may be longer.
    private readonly List<(DateTimeOffset Time, long Replicas)> _recommendations = [];
    private readonly List<(DateTimeOffset Time, long Change)> _changes = [];

    /// <summary>Gets the uid of the autoscaler.</summary>
    public string Uid => uid;

    /// <summary>Gets or sets when it was looked after last, with its spec then.</summary>
    public (DateTimeOffset Time, string Spec)? Last { get; set; }

    /// <summary>Gets or sets what selects the pods it scales.</summary>
    public LabelSelector? Selector { get; set; }

    /// <summary>Notes how many replicas there were when nothing was recommended yet.</summary>
    public void Begin(long replicas, DateTimeOffset now)
    {
        if (_recommendations.Count == 0)
        {
            _recommendations.Add((now, replicas));
        }
    }

    /// <summary>Notes what was recommended.</summary>
    public void Recommend(long replicas, DateTimeOffset now)
    {
        _recommendations.RemoveAll(r => r.Time < now - Longest);
        _recommendations.Add((now, replicas));
    }

    /// <summary>Notes what was done.</summary>
    public void Change(long by, DateTimeOffset now)
    {
        _changes.RemoveAll(c => c.Time < now - Longest);
        _changes.Add((now, by));
    }

    /// <summary>Gets what was recommended within a time.</summary>
    public IEnumerable<long> Recommended(TimeSpan within, DateTimeOffset now) => _recommendations.Where(r => r.Time > now - within).Select(r => r.Replicas);

    /// <summary>Gets by how many replicas there are more than so long ago, as far as this autoscaler did it.</summary>
    public long Changed(TimeSpan within, DateTimeOffset now) => _changes.Where(c => c.Time > now - within).Sum(c => c.Change);
}
