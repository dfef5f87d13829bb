using System.Net.WebSockets;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Client.Connections;
using Ahoi.Client.Tests.Servers;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Tests.Streams;

public sealed class ExecTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exec_Program_HasStreamsAndAnExitCode(bool tls)
    {
        var query = "";
        await using var server = await ScriptedServer.StartAsync(
            async context =>
            {
                query = context.Request.QueryString.Value!;
                using var socket = await context.WebSockets.AcceptWebSocketAsync("v5.channel.k8s.io");
                var input = new StringBuilder();
                while (await ReceiveAsync(socket) is var message && message[0] != 255)
                {
                    input.Append(Encoding.UTF8.GetString(message, 1, message.Length - 1));
                }

                await SendAsync(socket, 2, "warning");
                await SendAsync(socket, 1, "got ");
                await SendAsync(socket, 1, input.ToString());
                await SendAsync(socket, 3, """{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""");
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            },
            tls ? new TestPki().Server("127.0.0.1") : null);
        using var client = server.Client();

        await using var program = await client.ExecAsync(
            new("n", "a"), new() { Container = "web", Command = ["cat", "a b"], StandardInput = true }, TestContext.Current.CancellationToken);
        await program.StandardInput.WriteAsync("hello "u8.ToArray(), TestContext.Current.CancellationToken);
        await program.StandardInput.WriteAsync("world"u8.ToArray(), TestContext.Current.CancellationToken);
        await program.StandardInput.DisposeAsync();

        Assert.Equal("got hello world", await ReadAsync(program.StandardOutput));
        Assert.Equal("warning", await ReadAsync(program.StandardError));
        Assert.Equal(3, await program.Exit);
        Assert.Equal("?container=web&command=cat&command=a%20b&stdin=true&stdout=true&stderr=true", query);
    }

    [Fact]
    public async Task Exec_Refused_IsAnApiException()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(context, "{}", 403));
        using var client = server.Client();

        var refusal = await Assert.ThrowsAsync<ApiException>(
            () => client.ExecAsync(new("n", "a"), new() { Command = ["x"] }, TestContext.Current.CancellationToken));

        Assert.Equal((403, "Forbidden"), (refusal.Code, refusal.Reason));
    }

    [Fact]
    public async Task Exec_CutOff_IsInterrupted()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("v5.channel.k8s.io");
            await ReceiveAsync(socket);
            context.Abort();
        });
        using var client = server.Client();

        await using var program = await client.ExecAsync(new("n", "a"), new() { Command = ["x"], StandardInput = true }, TestContext.Current.CancellationToken);
        await program.StandardInput.WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<TransportException>(() => program.Exit);
        Assert.Equal(TransportFault.Interrupted, failure.Fault);
    }

    [Fact]
    public async Task Exec_WrongHostName_IsRefusedLikeAnyRequest()
    {
        var pki = new TestPki();
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.HangAsync, pki.Server("somebody.else"));
        using var client = server.Client(adapt: c => c with
        {
            InsecureSkipTlsVerify = false,
            CertificateAuthority = PemSource.FromText(pki.AuthorityPem),
        });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.ExecAsync(new("n", "a"), new() { Command = ["x"] }, TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Untrusted, failure.Fault);
    }

    [Fact]
    public async Task ForwardPort_Bytes_GoBothWays()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("v4.channel.k8s.io");
            await SendAsync(socket, 0, "\u0050\0");
            await SendAsync(socket, 1, "\u0050\0");
            var message = await ReceiveAsync(socket);
            await SendAsync(socket, 0, "echo:" + Encoding.UTF8.GetString(message, 1, message.Length - 1));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        });
        using var client = server.Client();

        await using var port = await client.ForwardPortAsync(new("n", "a"), 80, TestContext.Current.CancellationToken);
        await port.Output.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal("echo:ping", await ReadAsync(port.Input));
        Assert.Equal("", await port.ReadErrorAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<byte[]> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[1000];
        var part = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return buffer[..part.Count];
    }

    private static Task SendAsync(WebSocket socket, byte channel, string text) =>
        socket.SendAsync((byte[])[channel, .. Encoding.UTF8.GetBytes(text)], WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
}
