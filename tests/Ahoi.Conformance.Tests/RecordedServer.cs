using System.Collections.Concurrent;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.ControlPlane.ApiServer;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Controllers;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.Conformance.Tests;

/// <summary>
/// A server with the users of the recordings, and every scenario's result on it. The scenarios run side by side, once,
/// when the first result is asked for: they share no names.
/// </summary>
public abstract class RecordedServer : IAsyncLifetime
{
    private const string AdminToken = "admintoken";

    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _differences = new(StringComparer.Ordinal);

    /// <summary>Gets where a scenario's answers differ from the recording; empty where they do not.</summary>
    public IReadOnlyList<string> DifferencesOf(string name) => _differences[name];

    public async ValueTask InitializeAsync()
    {
        await using var store = CreateStore();
        var server = new KubeApiServer(new ApiServerOptions
        {
            Store = store,
            Tokens =
            [
                new TokenUser(AdminToken, "admin", "admin", ["system:masters"]),
                new TokenUser("bobtoken", "bob", "bob", ["devs"]),
            ],
        });
        await using (server)
        {
            await server.StartAsync(CancellationToken.None);
            await using var controllers = WithControllers
                ? await ClusterControllers.StartAsync(ApiConnection.FromHandler(server.CreateHandler(), FixedCredential.Token(AdminToken)), new(), CancellationToken.None)
                : null;
            using var client = new HttpClient(server.CreateHandler()) { BaseAddress = new Uri("http://localhost"), Timeout = TimeSpan.FromMinutes(1) };
            await Parallel.ForEachAsync(
                Scenario.LoadAll().Where(s => s.NeedsControllers == WithControllers),
                new ParallelOptions { MaxDegreeOfParallelism = SideBySide },
                async (scenario, _) => _differences[scenario.Name] = await RunAsync(client, scenario));
            foreach (var scenario in Scenario.LoadAll().Where(s => RepeatsAlone && _differences.GetValueOrDefault(s.Name) is { Count: > 0 } && !KnownDifferences.Has(s.Name)))
            {
                _differences[scenario.Name] = await RunAsync(client, scenario);
            }
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Gets whether the scenarios are those that built-in controllers take part in.</summary>
    protected virtual bool WithControllers => false;

    /// <summary>Gets how many scenarios run at once.</summary>
    protected virtual int SideBySide => 8;

    /// <summary>Gets whether what differs runs again, alone: the recordings were made one after the other, and between
    /// controllers a machine that does many things at once lets another one be first.</summary>
    protected virtual bool RepeatsAlone => false;

    protected abstract IRevisionStore CreateStore();

    private static async Task<IReadOnlyList<string>> RunAsync(HttpClient client, Scenario scenario)
    {
        try
        {
            return [.. JsonDifferences.Between(scenario.Expected, await new ScenarioRun(client, scenario).RunAsync())];
        }
#pragma warning disable CA1031 // Loop boundary: a scenario that breaks off is that scenario's result, not the end of all.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return [$"broke off: {exception.Message}"];
        }
    }
}
