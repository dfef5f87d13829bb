namespace Ahoi.Framework.Supervision;

/// <summary>Which children a supervisor restarts when one of them has to be restarted.</summary>
public enum SupervisionStrategy
{
    /// <summary>That one alone.</summary>
    OneForOne,

    /// <summary>All: the others are stopped first, in reverse start order, then all are started in order.</summary>
    OneForAll,

    /// <summary>That one and those started after it, which are stopped first, in reverse order.</summary>
    RestForOne,
}
