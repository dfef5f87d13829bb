namespace Ahoi.Framework.Controllers;

/// <summary>How far the cleaning up behind an object is.</summary>
public sealed class Finalization
{
    private Finalization(bool isDone, bool deletesChildren, Description? description)
    {
        IsDone = isDone;
        DeletesChildren = deletesChildren;
        Description = description;
    }

    /// <summary>Gets that nothing is left to do: the finalizer goes.</summary>
    public static Finalization Done { get; } = new(true, false, null);

    /// <summary>Gets that the children go first, the last group's before the one's before it, and that the finalizer goes when
    /// none is left.</summary>
    public static Finalization DeleteChildren { get; } = new(true, true, null);

    /// <summary>Gets whether the finalizer goes (once the children are gone, where <see cref="DeletesChildren"/>).</summary>
    public bool IsDone { get; }

    /// <summary>Gets whether all children are deleted first.</summary>
    public bool DeletesChildren { get; }

    /// <summary>Gets what should be there while the object waits, or <see langword="null"/> to leave everything as it is.</summary>
    public Description? Description { get; }

    /// <summary>The object has to wait.</summary>
    /// <param name="description">What should be there meanwhile, with status, events and when to look again;
    /// <see langword="null"/> leaves everything as it is, until something the reconcile has read changes.</param>
    /// <returns>The answer.</returns>
    public static Finalization Wait(Description? description = null) => new(false, false, description);

    /// <summary>The object has to wait; look again after <paramref name="delay"/>.</summary>
    /// <param name="delay">After how long.</param>
    /// <returns>The answer.</returns>
    public static Finalization Wait(TimeSpan delay) => new(false, false, Description.KeepingChildren().LookAgainAfter(delay));

    /// <summary>Makes the result of a finalizer that had nothing to wait for.</summary>
    /// <param name="finalization">The answer.</param>
    public static implicit operator ValueTask<Finalization>(Finalization finalization) => new(finalization);

    /// <summary>Makes the result of a finalizer that had nothing to wait for.</summary>
    /// <returns>The result.</returns>
    public ValueTask<Finalization> ToValueTask() => new(this);
}
