using System.Globalization;
using System.Text;
using Ahoi.ControlPlane.Node.Logs;

namespace Ahoi.ControlPlane.Node.Tests.Logs;

public sealed class ContainerLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-log-").FullName;

    [Fact]
    public async Task Log_ThatGrows_KeepsItsLastFiles()
    {
        using var log = Make(largest: 1000);
        Write(log, 0, 1000);

        var lines = await ReadAsync(log, new());

        Assert.Equal(ContainerLog.KeptFiles + 1, Directory.GetFiles(_folder).Length);
        Assert.All(Directory.GetFiles(_folder), f => Assert.True(new FileInfo(f).Length < 1200));
        Assert.Equal("line 999", lines[^1]);
        Assert.Equal(Enumerable.Range(1000 - lines.Count, lines.Count).Select(Line), lines);
        Assert.Equal(["line 997", "line 998", "line 999"], await ReadAsync(log, new() { TailLines = 3 }));
    }

    [Fact]
    public async Task Follower_WhoIsSomeFilesBehind_LosesNothing()
    {
        using var log = Make(largest: 1000);
        Write(log, 0, 10);
        var written = 10;
        var step = 50; // Some files at first, and then as many as are read.

        using var output = new SlowOutput(() =>
        {
            if (written < 500)
            {
                Write(log, written, written += step);
                step = 20;
            }
            else
            {
                log.Dispose();
            }
        });
        await new LogReader(log.FilePath, new() { Follow = true }, output).CopyAsync(log, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, written).Select(Line), Lines(output.ToArray()));
    }

    [Fact]
    public async Task Lines_ThatAreVeryLong_ComeWhole()
    {
        using var log = Make(largest: 1 << 20);
        var text = new string('x', 50_000);
        log.WriteOutput(Encoding.UTF8.GetBytes(text));
        log.WriteOutput("end\n"u8);

        Assert.Equal([text + "end"], await ReadAsync(log, new()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Line(int number) => string.Create(CultureInfo.InvariantCulture, $"line {number}");

    private static void Write(ContainerLog log, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            log.WriteOutput(Encoding.ASCII.GetBytes(Line(i) + "\n"));
        }
    }

    private static List<string> Lines(byte[] bytes) => [.. Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static async Task<List<string>> ReadAsync(ContainerLog log, LogQuery query)
    {
        using var output = new MemoryStream();
        await new LogReader(log.FilePath, query, output).CopyAsync(log, CancellationToken.None);
        return Lines(output.ToArray());
    }

    private ContainerLog Make(long largest) => new(Path.Combine(_folder, "0.log"), TimeProvider.System, largest);

    /// <summary>Does something whenever it gets something.</summary>
    private sealed class SlowOutput(Action written) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            if (!buffer.IsEmpty)
            {
                written();
            }
        }
    }
}
