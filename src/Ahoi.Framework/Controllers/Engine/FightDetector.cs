using System.Collections.Concurrent;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>
/// Sees when a child is set right again and again although what is wanted of it stays the same: somebody else wants
/// something else. Each round makes the next one wait longer, so that two controllers do not wear out the server.
/// </summary>
internal sealed class FightDetector(TimeProvider time)
{
    /// <summary>How many times in <see cref="Window"/> are a fight.</summary>
    public const int Rounds = 5;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(ObjectKey Owner, GroupVersionKind Kind, ObjectKey Key), Bout> _bouts = new();

    /// <summary>How long to leave the child alone, before it is set right once more; null where there is no fight.</summary>
    public Fight? Current(ObjectKey owner, GroupVersionKind kind, ObjectKey key, UInt128 content)
    {
        if (!_bouts.TryGetValue((owner, kind, key), out var bout))
        {
            return null;
        }

        lock (bout)
        {
            return bout.Content == content && bout.Fight is { } fight && time.GetUtcNow() < bout.PausedUntil
                ? fight with { Pause = bout.PausedUntil - time.GetUtcNow() }
                : null;
        }
    }

    /// <summary>Notes that the child was set right; says so where that has become a fight, once for each pause.</summary>
    public Fight? SetRight(ObjectKey owner, GroupVersionKind kind, ObjectKey key, UInt128 content, Func<string> field, string? opponent)
    {
        var bout = _bouts.GetOrAdd((owner, kind, key), _ => new());
        var now = time.GetUtcNow();
        lock (bout)
        {
            if (bout.Content != content)
            {
                bout.Content = content;
                bout.Times.Clear();
                (bout.Pause, bout.Fight) = (TimeSpan.Zero, null);
            }

            while (bout.Times.TryPeek(out var first) && now - first > Window + bout.Pause)
            {
                bout.Times.Dequeue();
            }

            if (bout.Times.Count == 0)
            {
                (bout.Pause, bout.Fight) = (TimeSpan.Zero, null); // It was quiet for long enough.
            }

            bout.Times.Enqueue(now);
            if (bout.Times.Count < Rounds)
            {
                return null;
            }

            while (bout.Times.Count >= Rounds)
            {
                bout.Times.Dequeue(); // One more round is enough to go on with the next pause.
            }

            bout.Pause = bout.Pause == TimeSpan.Zero ? FirstPause : bout.Pause * 2 < LongestPause ? bout.Pause * 2 : LongestPause;
            bout.PausedUntil = now + bout.Pause;
            return bout.Fight = new(field(), opponent, bout.Pause);
        }
    }

    /// <summary>Forgets an owner that is gone.</summary>
    public void Forget(ObjectKey owner)
    {
        foreach (var key in _bouts.Keys)
        {
            if (key.Owner == owner)
            {
                _bouts.TryRemove(key, out _);
            }
        }
    }

    private sealed class Bout
    {
        public UInt128 Content { get; set; }

        public Queue<DateTimeOffset> Times { get; } = new();

        public TimeSpan Pause { get; set; }

        public DateTimeOffset PausedUntil { get; set; }

        public Fight? Fight { get; set; }
    }
}
