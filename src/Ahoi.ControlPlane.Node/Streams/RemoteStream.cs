namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>What flows between a program and whoever runs it from afar; the numbers are those of the channels in a WebSocket.</summary>
internal enum RemoteStream : byte
{
    Input = 0,
    Output = 1,
    Error = 2,
    Status = 3,
    Resize = 4,
}
