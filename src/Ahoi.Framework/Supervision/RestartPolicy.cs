namespace Ahoi.Framework.Supervision;

/// <summary>When a supervisor starts a child again that has ended.</summary>
public enum RestartPolicy
{
    /// <summary>Always.</summary>
    Permanent,

    /// <summary>Only after an abnormal exit: neither <see cref="ExitKind.Normal"/> nor <see cref="ExitKind.Shutdown"/>.</summary>
    Transient,

    /// <summary>Never; its specification is forgotten as well.</summary>
    Temporary,
}
