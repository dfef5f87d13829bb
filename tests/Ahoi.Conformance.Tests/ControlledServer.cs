using Ahoi.ControlPlane.Storage;

namespace Ahoi.Conformance.Tests;

/// <summary>A server with the built-in controllers at work. Most of what its scenarios do is wait for them, so many run at once.</summary>
public sealed class ControlledServer : RecordedServer
{
    protected override bool WithControllers => true;

    protected override int SideBySide => 16;

    protected override bool RepeatsAlone => true;

    protected override IRevisionStore CreateStore() => new MemoryRevisionStore();
}
