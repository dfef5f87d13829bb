namespace Ahoi.Testing.Scenarios;

/// <summary>When, around a write, the operator's process dies.</summary>
[Flags]
public enum CrashMoments
{
    /// <summary>It never does.</summary>
    None = 0,

    /// <summary>Before the write is sent: the cluster never hears of it.</summary>
    Before = 1,

    /// <summary>After the cluster has done it, before the answer is read: the operator never hears of it.</summary>
    After = 2,

    /// <summary>Both, one after the other.</summary>
    Both = Before | After,
}
