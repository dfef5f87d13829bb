using System.Security.Authentication;

namespace Ahoi.Client.Transport;

/// <summary>Says in our words what the sockets say.</summary>
internal static class TransportFailure
{
    public static Exception Of(Exception failure, string request) => failure switch
    {
        TransportException => failure,
        HttpRequestException { InnerException: TransportException known } => known,
        // The connection went away in the middle of the handshake: nobody has said anything about trust.
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: IOException } =>
            new TransportException(TransportFault.Unreachable, $"{request}: {Innermost(failure)}", failure),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException =>
            new TransportException(TransportFault.Untrusted, $"{request}: {Innermost(failure)}", failure),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError } =>
            new TransportException(TransportFault.Unreachable, $"{request}: {Innermost(failure)}", failure),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            new TransportException(TransportFault.Malformed, $"{request}: {Innermost(failure)}", failure),
        HttpRequestException or IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException =>
            new TransportException(TransportFault.Interrupted, $"{request}: {Innermost(failure)}", failure),
        _ => failure,
    };

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure.Message;
    }
}
