namespace Ahoi.Client.Transport;

/// <summary>How a request failed without an answer of the API server.</summary>
public enum TransportFault
{
    /// <summary>No connection came about.</summary>
    Unreachable,

    /// <summary>The server's certificate is not one to trust, or it did not trust ours.</summary>
    Untrusted,

    /// <summary>No response headers came in time.</summary>
    NoAnswer,

    /// <summary>The whole request took longer than it may.</summary>
    TooSlow,

    /// <summary>The body stopped coming: no byte within the limit.</summary>
    Silent,

    /// <summary>The connection broke before the body was complete.</summary>
    Interrupted,

    /// <summary>The answer is not what the protocol says.</summary>
    Malformed,

    /// <summary>No credentials could be had for the request.</summary>
    NoCredentials,
}
