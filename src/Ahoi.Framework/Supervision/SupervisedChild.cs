namespace Ahoi.Framework.Supervision;

/// <summary>What a supervisor knows of one child. Changed only by the supervisor's own loop.</summary>
internal sealed class SupervisedChild(ChildSpec spec)
{
    public ChildSpec Spec { get; } = spec;

    /// <summary>Gets or sets the child, where it runs.</summary>
    public IRunningChild? Running { get; set; }

    /// <summary>Gets or sets whether its last start failed and it waits for the next try.</summary>
    public bool IsRestarting { get; set; }

    /// <summary>Gets or sets whether it was temporary and has ended, so that nothing of it is kept.</summary>
    public bool IsForgotten { get; set; }
}
