namespace Ahoi.Framework.Queues;

/// <summary>How soon a key's turn comes.</summary>
internal enum QueuePriority
{
    /// <summary>Something changed.</summary>
    Change,

    /// <summary>Everything is looked at, after a start or from time to time; waits for changes, but never for long.</summary>
    Sweep,
}
