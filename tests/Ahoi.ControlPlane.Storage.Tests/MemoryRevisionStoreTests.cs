namespace Ahoi.ControlPlane.Storage.Tests;

public sealed class MemoryRevisionStoreTests : RevisionStoreTests
{
    protected override IRevisionStore CreateStore() => new MemoryRevisionStore();
}
