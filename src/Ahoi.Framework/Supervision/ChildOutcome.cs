namespace Ahoi.Framework.Supervision;

/// <summary>What came of a call about a child.</summary>
public enum ChildOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>There is no child of that id.</summary>
    NotFound,

    /// <summary>A child of that id is there already, and runs.</summary>
    AlreadyStarted,

    /// <summary>A child of that id is there already, but does not run; restart or delete it.</summary>
    AlreadyPresent,

    /// <summary>The child runs; terminate it first.</summary>
    Running,

    /// <summary>The child is being restarted.</summary>
    Restarting,

    /// <summary>The child did not start; <see cref="ChildResult.Error"/> says why.</summary>
    Failed,
}
