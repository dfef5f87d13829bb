namespace Ahoi.Client.Transport;

/// <summary>A request got no usable answer; what the server itself refuses is an <see cref="Api.Errors.ApiException"/>.</summary>
public sealed class TransportException : IOException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="fault">How the request failed.</param>
    /// <param name="message">What happened, with the request.</param>
    /// <param name="innerException">What led to it.</param>
    public TransportException(TransportFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    /// <summary>Gets how the request failed.</summary>
    public TransportFault Fault { get; }

    /// <summary>Gets whether the same request may succeed later without anybody changing a setting.</summary>
    public bool IsTransient => Fault is not (TransportFault.Untrusted or TransportFault.Malformed);
}
