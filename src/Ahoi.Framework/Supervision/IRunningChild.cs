namespace Ahoi.Framework.Supervision;

/// <summary>A started child, as its supervisor sees it: an operating system process, a task, another supervisor.</summary>
public interface IRunningChild
{
    /// <summary>Gets the task that completes, always successfully, when the child has ended.</summary>
    Task<ExitReason> Completion { get; }

    /// <summary>Asks the child to stop; returns at once. Asking twice is harmless.</summary>
    void RequestStop();

    /// <summary>Ends the child now; <see cref="Completion"/> completes soon. Killing what has ended is harmless.</summary>
    void Kill();
}
