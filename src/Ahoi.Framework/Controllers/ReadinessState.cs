namespace Ahoi.Framework.Controllers;

/// <summary>Whether a child does what it is there for.</summary>
public enum ReadinessState
{
    /// <summary>Not yet.</summary>
    Waiting,

    /// <summary>It does.</summary>
    Ready,

    /// <summary>It will not by itself.</summary>
    Failed,
}
