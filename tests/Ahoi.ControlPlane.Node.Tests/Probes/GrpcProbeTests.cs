using System.Net;
using Ahoi.ControlPlane.Node.Probes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.Node.Tests.Probes;

public sealed class GrpcProbeTests
{
    // A health service as grpc.health.v1 describes it: it knows "web", which serves, and "sick", which does not.
    [Theory]
    [InlineData("", true, "")]
    [InlineData("web", true, "")]
    [InlineData("sick", false, "service unhealthy")]
    [InlineData("none", false, "health rpc failed with status 5")]
    public async Task Check_AsksTheHealthService(string service, bool well, string message)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var asked = body.Length > 7 ? System.Text.Encoding.UTF8.GetString(body.ToArray()[7..]) : "";
            http.Response.ContentType = "application/grpc";
            if (asked is not "none")
            {
                await http.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, (byte)(asked == "sick" ? 2 : 1) });
            }

            http.Response.AppendTrailer("grpc-status", asked == "none" ? "5" : "0");
        });
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        var outcome = await HttpProbe.CheckAsync(service, "127.0.0.1", port, CancellationToken.None);

        Assert.Equal(well, outcome.Succeeded);
        Assert.Contains(message, outcome.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NobodyListens_SaysSo()
    {
        using var taken = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // Bound, but not listened at.

        var outcome = await HttpProbe.CheckAsync("", "127.0.0.1", ((IPEndPoint)taken.LocalEndPoint!).Port, CancellationToken.None);

        Assert.False(outcome.Succeeded);
        Assert.Contains("connection refused", outcome.Message, StringComparison.Ordinal);
    }
}
