using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Framework.Observability.Tests;

public sealed class OtlpTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, string> _received = new(StringComparer.Ordinal);
    private readonly WebApplication _collector;

    public OtlpTests()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _collector = builder.Build();
        _collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _received.AddOrUpdate(context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.StatusCode = StatusCodes.Status200OK;
        });
    }

    public async ValueTask InitializeAsync() => await _collector.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    [Fact]
    public async Task Collector_Named_GetsMetricsTracesAndLogsUnderTheOperatorsName()
    {
        var address = _collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await using (var op = await ObservedOperator.StartAsync("otlp-operator", o => o.OtlpEndpoint = new(address + "/otlp")))
        {
            await op.CreateConfigMapAsync("a");
            await op.EventuallyAsync("/debug/reconciles", t => t.Contains("\"done\"", StringComparison.Ordinal));
            Assert.Contains("ahoi_reconciles_total", (await op.GetAsync("/metrics")).Text, StringComparison.Ordinal);
        }

        Assert.Equal(["/otlp/v1/logs", "/otlp/v1/metrics", "/otlp/v1/traces"], _received.Keys.Order());
        Assert.All(_received.Values, body => Assert.Contains("otlp-operator", body, StringComparison.Ordinal));
        Assert.Contains("reconcile configmap", _received["/otlp/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("ahoi.reconcile.duration", _received["/otlp/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("Controller configmap runs", _received["/otlp/v1/logs"], StringComparison.Ordinal);
    }
}
