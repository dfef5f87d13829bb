namespace Ahoi.Framework.Controllers;

/// <summary>Where a child is.</summary>
public enum ChildState
{
    /// <summary>It waits for a group before its own.</summary>
    Pending,

    /// <summary>It is there and not ready yet.</summary>
    Waiting,

    /// <summary>It is ready.</summary>
    Ready,

    /// <summary>It could not be written, or says that it failed.</summary>
    Failed,
}
