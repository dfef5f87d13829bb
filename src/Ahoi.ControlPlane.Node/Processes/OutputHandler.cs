namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>Takes what a process wrote; called on the loop's thread, so it must be quick. An empty span says that nothing
/// more will come.</summary>
internal delegate void OutputHandler(ReadOnlySpan<byte> bytes);
