namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>The streams of a remote command, over either protocol.</summary>
internal interface IRemoteStreams : IAsyncDisposable
{
    /// <summary>Sends bytes.</summary>
    ValueTask SendAsync(RemoteStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Reads what comes, until the client is gone. No bytes say that the stream has ended.</summary>
    /// <param name="received">Is given what comes, one after the other.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    Task ReadAsync(Func<RemoteStream, ReadOnlyMemory<byte>, Task> received, CancellationToken cancellationToken);

    /// <summary>Ends all streams, so that the client knows it has everything.</summary>
    Task FinishAsync(CancellationToken cancellationToken);
}
