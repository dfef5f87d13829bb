using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Ahoi.Pools.Tests.Agent;

/// <summary>pgbouncer's console, played: it remembers what it was told, and answers what the test says.</summary>
internal sealed class PlayedConsole : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ahoi-console-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, IReadOnlyList<(string Column, string Value)>> _answer;
    private readonly List<string> _commands = [];
    private readonly Task _work;

    /// <param name="answer">Gives the one row, by its columns, that a command is answered with; none for a command without rows.</param>
    public PlayedConsole(Func<string, IReadOnlyList<(string Column, string Value)>> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _work = AcceptAsync();
    }

    public string Path => System.IO.Path.Combine(_folder.FullName, "socket");

    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_commands)
            {
                return [.. _commands];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _work;
        _folder.Delete(recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptAsync();
                await ServeAsync(new NetworkStream(client));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        try
        {
            await ReadAsync(stream, headed: false);
            await stream.WriteAsync((byte[])[.. Message('R', [0, 0, 0, 0]), .. Message('Z', "I"u8)]);
            while (await ReadAsync(stream, headed: true) is ('Q', { } body))
            {
                var command = Encoding.UTF8.GetString(body).TrimEnd('\0');
                lock (_commands)
                {
                    _commands.Add(command);
                }

                await stream.WriteAsync((byte[])[.. Rows(_answer(command)), .. Message('C', "OK\0"u8), .. Message('Z', "I"u8)]);
            }
        }
        catch (Exception exception) when (exception is IOException)
        {
            // Sessions end as their clients like.
        }
    }

    private static async Task<(char Type, byte[] Body)> ReadAsync(NetworkStream stream, bool headed)
    {
        var head = new byte[headed ? 5 : 4];
        await stream.ReadExactlyAsync(head);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(head.Length - 4)) - 4];
        await stream.ReadExactlyAsync(body);
        return (headed ? (char)head[0] : ' ', body);
    }

    private static byte[] Rows(IReadOnlyList<(string Column, string Value)> row)
    {
        if (row.Count == 0)
        {
            return [];
        }

        byte[] description = [.. Short(row.Count)], data = [.. Short(row.Count)];
        foreach (var (column, value) in row)
        {
            description = [.. description, .. Encoding.UTF8.GetBytes(column), 0, .. new byte[18]];
            data = [.. data, .. Long(value.Length), .. Encoding.UTF8.GetBytes(value)];
        }

        return [.. Message('T', description), .. Message('D', data)];
    }

    private static byte[] Message(char type, ReadOnlySpan<byte> body) => [(byte)type, .. Long(body.Length + 4), .. body];

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Long(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
