namespace Ahoi.Client.Watches;

/// <summary>What a watch reports.</summary>
public enum WatchEventType
{
    /// <summary>An object came, or came into the selection.</summary>
    Added,

    /// <summary>An object changed.</summary>
    Modified,

    /// <summary>An object went away, or out of the selection.</summary>
    Deleted,

    /// <summary>Nothing happened up to this resource version.</summary>
    Bookmark,

    /// <summary>The server cannot go on; a 410 asks for a new list. The watch is at its end.</summary>
    Error,

    /// <summary>Something came that cannot be read. The watch goes on behind it, but an event is missing.</summary>
    Unreadable,
}
