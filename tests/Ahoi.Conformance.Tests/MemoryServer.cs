using Ahoi.ControlPlane.Storage;

namespace Ahoi.Conformance.Tests;

public sealed class MemoryServer : RecordedServer
{
    protected override IRevisionStore CreateStore() => new MemoryRevisionStore();
}
