using Ahoi.Api.Errors;
using Ahoi.Api.Objects;

namespace Ahoi.Client.Watches;

/// <summary>One event of a watch.</summary>
public readonly record struct WatchEvent
{
    /// <summary>Gets what happened.</summary>
    public required WatchEventType Type { get; init; }

    /// <summary>Gets the object after the change (before it, of a deletion); of a bookmark, one that has little but a
    /// resource version; of an error or what is unreadable, <see langword="null"/>.</summary>
    public RawObject? Object { get; init; }

    /// <summary>Gets what the server says about an <see cref="WatchEventType.Error"/>, or <see langword="null"/>.</summary>
    public ApiStatus? Status { get; init; }

    /// <summary>Gets why an event is <see cref="WatchEventType.Unreadable"/>, or <see langword="null"/>.</summary>
    public Exception? Fault { get; init; }

    /// <summary>Gets the resource version to go on from after this event; empty where the event has none.</summary>
    public string ResourceVersion => Object?.ResourceVersion ?? "";

    /// <summary>Gets whether this bookmark ends the initial events of a streaming list.</summary>
    public bool IsInitialEventsEnd =>
        Type == WatchEventType.Bookmark
        && Object is { } bookmark
        && bookmark.Annotations.TryGetValue("k8s.io/initial-events-end", out var ends)
        && ends == "true";
}
