using System.Net.Sockets;
using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Tests.Pods;

public sealed class PodStreamsTests
{
    [Fact]
    public async Task Exec_CarriesAllStreams_AndTheExitCode()
    {
        await using var world = await NodeWorld.ListenAsync();
        await world.RunAsync("shell", "exec sleep 1000", pod => pod.Map("spec")!.List("containers")!.Maps.Single()["env"] = new JsonList { JsonTree.ParseMap("""{"name":"GREETING","value":"hello"}""") });
        await world.ReadyAsync("shell");
        using var client = world.OverSocket();

        await using var session = await client.ExecAsync(new("default", "shell"), new() { Command = ["sh", "-c", "echo $GREETING; cat; echo bad >&2; exit 5"], StandardInput = true });
        await session.StandardInput.WriteAsync("typed\n"u8.ToArray());
        await session.StandardInput.DisposeAsync();
        var output = await new StreamReader(session.StandardOutput).ReadToEndAsync();
        var error = await new StreamReader(session.StandardError).ReadToEndAsync();

        Assert.Equal("hello\ntyped\n", output);
        Assert.Equal("bad\n", error);
        Assert.Equal(5, await session.Exit);
    }

    [Fact]
    public async Task Exec_WithMuchOutput_LosesNothing()
    {
        await using var world = await NodeWorld.ListenAsync();
        await world.RunAsync("shell", "exec sleep 1000");
        await world.ReadyAsync("shell");
        using var client = world.OverSocket();

        await using var session = await client.ExecAsync(new("default", "shell"), new() { Command = ["head", "-c", "20000000", "/dev/zero"] });
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (await session.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            total += count;
        }

        Assert.Equal(20_000_000, total);
        Assert.Equal(0, await session.Exit);
    }

    [Fact]
    public async Task Terminal_HasTheSizeItIsGiven()
    {
        await using var world = await NodeWorld.ListenAsync();
        await world.RunAsync("shell", "exec sleep 1000");
        await world.ReadyAsync("shell");
        using var client = world.OverSocket();

        await using var session = await client.ExecAsync(new("default", "shell"), new() { Command = ["sh", "-c", "until [ \"$(stty size)\" = '33 77' ]; do sleep 0.05; done; test -t 0 && echo terminal"], Terminal = true, StandardInput = true, StandardError = false });
        await session.ResizeAsync(77, 33);

        Assert.Equal("terminal\r\n", await new StreamReader(session.StandardOutput).ReadToEndAsync());
        Assert.Equal(0, await session.Exit);
    }

    [Fact]
    public async Task Attach_ShowsWhatTheProgramWrites_AndGivesItWhatIsTyped()
    {
        await using var world = await NodeWorld.ListenAsync();
        await world.RunAsync("reads", "read line; echo got $line; exit 6", pod => pod.Map("spec")!.List("containers")!.Maps.Single()["stdin"] = true);
        await world.ReadyAsync("reads");
        using var client = world.OverSocket();

        await using var session = await client.AttachAsync(new("default", "reads"), new() { StandardInput = true });
        await session.StandardInput.WriteAsync("this\n"u8.ToArray());

        Assert.Equal("got this\n", await new StreamReader(session.StandardOutput).ReadToEndAsync());
        Assert.Equal(6, await session.Exit);
    }

    [Fact]
    public async Task PortForward_LeadsToThePod()
    {
        await using var world = await NodeWorld.ListenAsync();
        var pod = await world.RunAsync("port", "exec sleep 1000");
        var address = (string)(await world.ReadyAsync(pod.Name)).At("status", "podIP")!;
        using var listener = new TcpListener(System.Net.IPAddress.Parse(address), 0);
        listener.Start();
        using var client = world.OverSocket();

        await using var forward = await client.ForwardPortAsync(pod.Key, ((System.Net.IPEndPoint)listener.LocalEndpoint).Port);
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await forward.Output.WriteAsync("ping"u8.ToArray());
        var buffer = new byte[4];
        await accepted.GetStream().ReadExactlyAsync(buffer);
        await accepted.GetStream().WriteAsync("pong"u8.ToArray());
        Assert.Equal("ping", Encoding.ASCII.GetString(buffer));
        await forward.Input.ReadExactlyAsync(buffer);
        Assert.Equal("pong", Encoding.ASCII.GetString(buffer));
    }

    [Fact]
    public async Task Log_HasItsOptions()
    {
        await using var world = await NodeWorld.StartAsync();
        await world.RunAsync("lines", "for i in 1 2 3 4 5; do echo line $i; done; printf unfinished");
        await world.EndedAsync("lines");

        Assert.Equal("line 5\nunfinished\n", await world.LogAsync("lines", new() { TailLines = 2 }));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 5\n", await world.LogAsync("lines", new() { TailLines = 2, Timestamps = true }));
        Assert.Equal("line", await world.LogAsync("lines", new() { LimitBytes = 4 }));
        Assert.Equal("", await world.LogAsync("lines", new() { SinceTime = DateTimeOffset.UtcNow.AddHours(1) }));
        var refused = await Assert.ThrowsAsync<ApiException>(() => world.LogAsync("lines", new() { Container = "other" }));
        Assert.Equal("container other is not valid for pod lines", refused.Message);
        refused = await Assert.ThrowsAsync<ApiException>(() => world.LogAsync("lines", new() { Previous = true }));
        Assert.Equal("previous terminated container \"app\" in pod \"lines\" not found", refused.Message);
    }
}
