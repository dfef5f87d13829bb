namespace Ahoi.Framework.Supervision;

/// <summary>Why a child ended.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Error">What failed, where something did.</param>
public sealed record ExitReason(ExitKind Kind, Exception? Error = null)
{
    /// <summary>Its work was done.</summary>
    public static readonly ExitReason Normal = new(ExitKind.Normal);

    /// <summary>It was asked to stop and did.</summary>
    public static readonly ExitReason Shutdown = new(ExitKind.Shutdown);

    /// <summary>It was killed.</summary>
    public static readonly ExitReason Killed = new(ExitKind.Killed);

    /// <summary>Gets whether this is an abnormal exit, after which a transient child is restarted.</summary>
    public bool IsAbnormal => Kind is ExitKind.Killed or ExitKind.Failed;

    /// <summary>Makes the reason of a child that failed.</summary>
    /// <param name="error">What failed.</param>
    /// <returns>The reason.</returns>
    public static ExitReason Failed(Exception error) => new(ExitKind.Failed, error);
}
