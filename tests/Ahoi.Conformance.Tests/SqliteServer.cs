using Ahoi.ControlPlane.Storage;

namespace Ahoi.Conformance.Tests;

public sealed class SqliteServer : RecordedServer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-conformance-").FullName;

    protected override IRevisionStore CreateStore() => SqliteRevisionStore.Open(Path.Combine(_folder, "store.db"));

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}
