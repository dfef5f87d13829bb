using Ahoi.Api.Objects;

namespace Ahoi.Framework.Events;

/// <summary>One event in the cluster, and how often it has happened.</summary>
internal sealed class EventSeries(ObjectKey key, DateTimeOffset now)
{
    private int _sent = 1;
    private DateTimeOffset _sentAt = now;

    public ObjectKey Key => key;

    public int Count { get; private set; } = 1;

    public DateTimeOffset LastAt { get; private set; } = now;

    /// <summary>Gets whether the cluster does not know the count yet.</summary>
    public bool IsBehind => Count > _sent;

    /// <summary>Notes that it happened again; whether the cluster should be told now. The first repeat is told at once, so
    /// that it is seen to be a series, later ones ever more rarely.</summary>
    public bool Repeat(DateTimeOffset at)
    {
        (Count, LastAt) = (Count + 1, at);
        return Count == 2 || at - _sentAt >= TimeSpan.FromSeconds(Math.Min(10 * Count, 300));
    }

    public void Sent(DateTimeOffset at) => (_sent, _sentAt) = (Count, at);
}
