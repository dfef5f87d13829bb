namespace Ahoi.Framework.Controllers;

/// <summary>What can make a reconcile run.</summary>
public enum CauseKind
{
    /// <summary>The object was seen for the first time, after a start for example.</summary>
    Seen,

    /// <summary>The object itself changed.</summary>
    Changed,

    /// <summary>The object is gone.</summary>
    Gone,

    /// <summary>A child came, changed or went.</summary>
    Child,

    /// <summary>Something the last reconcile has read changed.</summary>
    Dependency,

    /// <summary>An object that is mapped to this one changed.</summary>
    Mapped,

    /// <summary>The last description asked to look again.</summary>
    Timer,

    /// <summary>The last attempt failed.</summary>
    Retry,

    /// <summary>Everything is looked at again from time to time.</summary>
    Resync,

    /// <summary>Somebody outside asked.</summary>
    External,
}
