using System.Net;
using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;
using Ahoi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Observability.Tests;

/// <summary>A cluster with an operator that has one controller for ConfigMaps, and a client of its endpoint.</summary>
internal sealed class ObservedOperator : IAsyncDisposable
{
    private readonly TestCluster _cluster;

    private ObservedOperator(TestCluster cluster, IHost host)
    {
        _cluster = cluster;
        Host = host;
        Http = new() { BaseAddress = host.Services.GetRequiredService<ObservabilityEndpoint>().Address };
    }

    public IHost Host { get; }

    public HttpClient Http { get; }

    public TestCluster Cluster => _cluster;

    public static async Task<ObservedOperator> StartAsync(string name, Action<ObservabilityOptions>? observe = null, string kind = "ConfigMap")
    {
        var cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken);
        try
        {
            var host = await cluster.RunOperatorAsync(
                ahoi => ahoi
                    .AddController<JsonMap>((_, _, _) => ValueTask.FromResult(new Description()), o => o.Kind = new("", "v1", kind))
                    .AddObservability(o =>
                    {
                        o.Listen = new(IPAddress.Loopback, 0);
                        observe?.Invoke(o);
                    }),
                name,
                cancellationToken: TestContext.Current.CancellationToken);
            return new(cluster, host);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task CreateConfigMapAsync(string name) => await _cluster.Client.CreateAsync(
        new("", "v1", "configmaps"), "default", new JsonMap { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonMap { ["name"] = name } });

    public async Task<(HttpStatusCode Code, string Text)> GetAsync(string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change?.Invoke(request);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<string> EventuallyAsync(string path, Func<string, bool> holds)
    {
        using var limit = new CancellationTokenSource(TestCluster.DefaultLimit);
        while (true)
        {
            var (_, text) = await GetAsync(path);
            if (holds(text))
            {
                return text;
            }

            Assert.False(limit.IsCancellationRequested, text);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _cluster.DisposeAsync();
    }
}
