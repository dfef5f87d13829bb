namespace Ahoi.Framework.Supervision;

/// <summary>How a child ended.</summary>
public enum ExitKind
{
    /// <summary>Its work was done.</summary>
    Normal,

    /// <summary>It was asked to stop and did, or it is a supervisor whose children failed too often.</summary>
    Shutdown,

    /// <summary>It did not stop in time, or was not given any.</summary>
    Killed,

    /// <summary>It failed.</summary>
    Failed,
}
