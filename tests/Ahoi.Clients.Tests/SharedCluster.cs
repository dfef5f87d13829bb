using System.Net;
using System.Runtime.CompilerServices;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;

[assembly: AssemblyFixture(typeof(Ahoi.Clients.Tests.SharedCluster))]

namespace Ahoi.Clients.Tests;

/// <summary>One cluster for all clients, over TLS and with a kubeconfig, as people have it.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-clients-").FullName;
    private LocalCluster _cluster = null!;
    private int _namespaces;

    public string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    public string Home => _folder;

    internal ApiClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await LocalCluster.StartAsync(new() { Listen = new(IPAddress.Loopback, 0), KubeconfigFile = Kubeconfig }, CancellationToken.None);
        Client = new(_cluster.Connect());
    }

    /// <summary>Makes a namespace of a test's own.</summary>
    internal async Task<Kubectl> NamespaceAsync([CallerMemberName] string test = "")
    {
        var name = $"{test.ToLowerInvariant().Replace('_', '-')[..Math.Min(test.Length, 40)]}-{Interlocked.Increment(ref _namespaces)}";
        var kubectl = new Kubectl(this, name);
        await kubectl.RunAsync($"create namespace {name}");
        return kubectl;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
