using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ahoi.Benchmarks.ApiServer;

/// <summary>A load that costs little itself: requests made beforehand, sockets that wait for one answer after the other.</summary>
internal static class HttpLoad
{
    /// <summary>Sends requests over some connections for a while.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="duration">How long.</param>
    /// <param name="requests">Gives a connection what makes its next request.</param>
    /// <returns>Answers in a second.</returns>
    public static async Task<double> RunAsync(IPEndPoint server, int connections, TimeSpan duration, Func<Func<byte[]>> requests)
    {
        using var stop = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, connections).Select(_ => Task.Run(() => WorkAsync(server, requests(), stop.Token))).ToArray();
        await Task.Delay(duration);
        await stop.CancelAsync();
        var answers = await Task.WhenAll(workers);
        return answers.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Sends one request and counts the bytes of its answer's body.</summary>
    public static async Task<long> BodyAsync(IPEndPoint server, byte[] request)
    {
        using var client = new HttpClient();
        var line = Encoding.ASCII.GetString(request).Split("\r\n");
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{server}{line[0].Split(' ')[1]}"));
        foreach (var header in line.Skip(1).TakeWhile(h => h.Length > 0).Select(h => h.Split(": ", 2)).Where(h => h[0] != "Host"))
        {
            message.Headers.TryAddWithoutValidation(header[0], header[1]);
        }

        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[256 * 1024];
        long length = 0;
        for (int read; (read = await body.ReadAsync(buffer)) > 0;)
        {
            length += read;
        }

        return length;
    }

    private static async Task<long> WorkAsync(IPEndPoint server, Func<byte[]> request, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, CancellationToken.None);
        var buffer = new byte[64 * 1024];
        long answers = 0;
        while (!stop.IsCancellationRequested)
        {
            await socket.SendAsync(request(), CancellationToken.None);
            await ReadAnswerAsync(socket, buffer);
            answers++;
        }

        return answers;
    }

    private static async Task ReadAnswerAsync(Socket socket, byte[] buffer)
    {
        var filled = 0;
        var total = -1;
        while (total < 0 || filled < total)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, CancellationToken.None);
            if (read == 0)
            {
                throw new InvalidOperationException($"The connection ended: {Encoding.ASCII.GetString(buffer, 0, filled)}");
            }

            filled += read;
            if (total < 0 && buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                total = end + 4 + LengthOf(buffer.AsSpan(0, end));
            }
        }

        if (buffer[9] != (byte)'2')
        {
            throw new InvalidOperationException(Encoding.ASCII.GetString(buffer, 0, Math.Min(filled, 600)));
        }
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        var digits = head[(at + 16)..];
        var end = digits.IndexOf((byte)'\r');
        return at < 0 ? throw new InvalidOperationException("The answer has no length.") : int.Parse(digits[..(end < 0 ? digits.Length : end)], null);
    }
}
