using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Ahoi.ControlPlane.Storage.Tests;

public sealed class SqliteRevisionStoreTests : RevisionStoreTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-store-").FullName;

    private string File => Path.Combine(_folder, "store.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Open_Again_HasStateAndHistory()
    {
        await CreateAsync("/a", "1");
        await UpdateAsync("/a", "2", 2);
        await CreateAsync("/b", "1");
        await Store.DeleteAsync("/b", 4, CancellationToken.None);
        await Store.CompactAsync(2, CancellationToken.None);
        await Store.DisposeAsync();

        await using var again = SqliteRevisionStore.Open(File);

        Assert.Equal((5L, 2L), (again.Revision, again.CompactedRevision));
        Assert.Equal("2", Text(await again.GetAsync("/a", CancellationToken.None)));
        Assert.Equal(2, (await again.GetAsync("/a", CancellationToken.None))!.CreateRevision);
        await foreach (var batch in again.WatchAsync("/", 2, CancellationToken.None))
        {
            Assert.Equal(["/a", "/b", "/b"], batch.Select(c => c.Key));
            Assert.Equal("1", Text(batch[0].Previous));
            break;
        }
    }

    [Fact]
    public async Task Open_AfterCompactingEverything_GoesOnCounting()
    {
        await CreateAsync("/a", "1");
        await Store.DeleteAsync("/a", 2, CancellationToken.None);
        await Store.CompactAsync(3, CancellationToken.None);
        await Store.DisposeAsync();

        await using var again = SqliteRevisionStore.Open(File);

        Assert.Equal(4, (await again.CreateAsync("/a", Bytes("2"), CancellationToken.None)).Revision);
    }

    [Fact]
    public async Task Open_AfterACreationWasCutShort_StartsAnew()
    {
        await Store.DisposeAsync();
        System.IO.File.Delete(File);
        // What a kill in the middle of creation leaves: half a file under the other name, and perhaps its log.
        await System.IO.File.WriteAllBytesAsync(File + ".new", new byte[4096]);
        await System.IO.File.WriteAllBytesAsync(File + ".new-wal", new byte[100]);

        await using var again = SqliteRevisionStore.Open(File);

        Assert.Equal(2, (await again.CreateAsync("/a", Bytes("1"), CancellationToken.None)).Revision);
    }

    [Fact]
    public void Open_WhileItIsOpen_NamesTheHolder()
    {
        var exception = Assert.Throws<StoreInUseException>(() => SqliteRevisionStore.Open(File));

        Assert.Equal(Environment.ProcessId, exception.ProcessId);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("foreign")]
    [InlineData("newer")]
    [InlineData("torn")]
    public async Task Open_DamagedOrForeignFile_IsRefusedAndUntouched(string kind)
    {
        for (var i = 0; i < 200; i++)
        {
            await CreateAsync($"/key/{i}", new string('x', 1000));
        }

        await Store.DisposeAsync();
        Spoil(kind);
        var before = await System.IO.File.ReadAllBytesAsync(File);

        var exception = Assert.Throws<StoreDamagedException>(() => SqliteRevisionStore.Open(File));

        Assert.Contains(File, exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Fact]
    public async Task Write_DiskFull_FailsReadsGoOnAndWritesReturn()
    {
        var store = (SqliteRevisionStore)Store;
        await CreateAsync("/a", "1");
        store.File.LimitPages(store.File.PageCount + 8);

        var written = 1;
        var exception = await Assert.ThrowsAsync<StoreWriteException>(async () =>
        {
            for (; written < 1000; written++)
            {
                await CreateAsync($"/full/{written}", new string('x', 2000));
            }
        });

        Assert.True(exception.IsFull);
        Assert.Equal("1", Text(await Store.GetAsync("/a", CancellationToken.None)));
        Assert.Equal(written - 1, (await Store.ListAsync("/full/", default, CancellationToken.None)).Items.Count);

        store.File.LimitPages(0);
        Assert.True((await CreateAsync($"/full/{written}", "now there is room")).Succeeded);
        await Store.DisposeAsync();
        await using var again = SqliteRevisionStore.Open(File);
        Assert.Equal(written, (await again.ListAsync("/full/", default, CancellationToken.None)).Items.Count);
    }

    [Fact]
    public async Task Compact_ManyUpdates_GivesTheRoomBack()
    {
        await CreateAsync("/a", "1");
        for (var i = 0; i < 500; i++)
        {
            await UpdateAsync("/a", new string('x', 4000), Store.Revision);
        }

        var before = ((SqliteRevisionStore)Store).File.PageCount;
        await Store.CompactAsync(Store.Revision, CancellationToken.None);

        Assert.InRange(((SqliteRevisionStore)Store).File.PageCount, 1, before / 10);
    }

    [Fact]
    public async Task Kill_WhileWriting_LosesNothingAcknowledged()
    {
        await Store.DisposeAsync();
        var random = new Random();
        var acknowledged = new Dictionary<string, (long Revision, string Value)>();
        for (var round = 0; round < 8; round++)
        {
            foreach (var line in await WriteUntilKilledAsync(round, random.Next(1, 400)))
            {
                var parts = line.Split(' ');
                acknowledged[parts[0]] = (long.Parse(parts[1], null), parts[2]);
            }

            await using var store = SqliteRevisionStore.Open(File);
            foreach (var (key, (revision, value)) in acknowledged)
            {
                var found = (await store.GetAsync(key, CancellationToken.None))!;
                // A write that was on its way may have come through; none that was acknowledged may be gone.
                Assert.True(found.Revision >= revision, $"{key}: {found.Revision} is older than the acknowledged {revision}.");
                if (found.Revision == revision)
                {
                    Assert.Equal(value, Text(found));
                }
            }
        }

        Assert.Equal(8, acknowledged.Count);
    }

    protected override IRevisionStore CreateStore() => SqliteRevisionStore.Open(File);

    /// <summary>Lets a process of its own write, and kills it (SIGKILL) after a number of acknowledged writes.</summary>
    private async Task<List<string>> WriteUntilKilledAsync(int round, int writes)
    {
        var writer = Path.Combine(AppContext.BaseDirectory, "Ahoi.ControlPlane.Storage.Writer.dll");
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } path && path.EndsWith("dotnet", StringComparison.Ordinal) ? path : "dotnet")
        {
            ArgumentList = { writer, File, $"{round}" },
            RedirectStandardOutput = true,
        })!;
        var lines = new List<string>();
        while (lines.Count < writes)
        {
            lines.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30))
                ?? throw new InvalidOperationException("The writer ended by itself."));
        }

        process.Kill();
        await process.WaitForExitAsync();
        var rest = await process.StandardOutput.ReadToEndAsync();
        // What was printed before the kill was acknowledged; a last line without its end may be half a line.
        lines.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return lines;
    }

    private void Spoil(string kind)
    {
        switch (kind)
        {
            case "text":
                System.IO.File.WriteAllText(File, "not a database", Encoding.UTF8);
                break;
            case "foreign":
                System.IO.File.Delete(File);
                Execute("CREATE TABLE other (id INTEGER)");
                break;
            case "newer":
                Execute("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
                break;
            case "torn":
                // Whole pages in the middle, as a broken disk or an interrupted copy leaves them.
                using (var file = System.IO.File.OpenWrite(File))
                {
                    file.Position = 4096 * 4;
                    file.Write(new byte[4096 * 20]);
                }

                break;
        }
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
