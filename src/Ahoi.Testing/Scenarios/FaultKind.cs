namespace Ahoi.Testing.Scenarios;

/// <summary>What happens to a request of an operator.</summary>
public enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It never reaches the server.</summary>
    LostRequest,

    /// <summary>The server does it, and its answer is lost.</summary>
    LostAnswer,

    /// <summary>It reaches the server seconds later.</summary>
    LateRequest,

    /// <summary>Its answer comes seconds later, or a watch says nothing for so long.</summary>
    LateAnswer,

    /// <summary>A write reaches the server twice.</summary>
    Duplicated,

    /// <summary>A write is answered with 409, and not done.</summary>
    Conflict,

    /// <summary>A watch is answered with 410: it has to list again.</summary>
    Expired,

    /// <summary>It is answered with 429 and <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    /// <summary>It is answered with 500.</summary>
    ServerError,

    /// <summary>It is answered with 504; a write was done, or not.</summary>
    GatewayTimeout,

    /// <summary>A watch ends in the middle of a line.</summary>
    CutWatch,

    /// <summary>A watch says nothing more and does not end either.</summary>
    FrozenWatch,

    /// <summary>A list is answered as it was before, as by an API server that lags behind.</summary>
    StaleList,
}
