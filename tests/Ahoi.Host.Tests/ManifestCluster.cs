using System.Text;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;
using Ahoi.Operators.Manifests;

namespace Ahoi.Host.Tests;

/// <summary>A cluster that manifests are applied to, as text, the way kubectl does.</summary>
internal sealed partial class ManifestCluster : IAsyncDisposable
{
    private readonly LocalCluster _cluster;

    private ManifestCluster(LocalCluster cluster)
    {
        _cluster = cluster;
        Client = new(cluster.Connect());
        Refusals = new(cluster.CreateHandler());
    }

    public ApiClient Client { get; }

    /// <summary>What the operators are refused.</summary>
    public RefusalLog Refusals { get; }

    public static async Task<ManifestCluster> StartAsync(LocalClusterOptions? options = null) =>
        new(await LocalCluster.StartAsync(options ?? new() { Controllers = true }, TestContext.Current.CancellationToken));

    /// <summary>Applies all documents of some files, in their order.</summary>
    /// <returns>The objects as the server took them.</returns>
    public async Task<IReadOnlyList<RawObject>> ApplyAsync(IEnumerable<ManifestFile> files)
    {
        var applied = new List<RawObject>();
        foreach (var document in files.OrderBy(f => f.Path, StringComparer.Ordinal).SelectMany(f => f.Content.Split("\n---\n")))
        {
            applied.Add(await ApplyAsync(document));
        }

        return applied;
    }

    /// <summary>Connects as the account that the manifests made, with its token alone.</summary>
    public async Task<ApiConnection> ConnectAsAccountAsync(string @namespace = "ahoi-system", string name = "ahoi")
    {
        var answer = await Client.CreateSubresourceAsync(
            new("", "v1", "serviceaccounts"), new(@namespace, name), "token", JsonTree.ParseMap("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}"""));
        return ApiConnection.FromHandler(Refusals, FixedCredential.Token((string)answer.ToMap().At("status", "token")!));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _cluster.DisposeAsync();
    }

    private async Task<RawObject> ApplyAsync(string document)
    {
        var kind = GroupVersionKind.Of(Field(document, ApiVersion()), Field(document, Kind()));
        var resource = await Client.Discovery.FindAsync(kind, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"There is no {kind}.");
        var @namespace = Namespace().Match(document) is { Success: true } found ? found.Groups[1].Value.Trim('"') : null;
        return await Client.ApplyAsync(
            resource.Resource, new(resource.Namespaced ? @namespace : null, Field(document, Name())), Encoding.UTF8.GetBytes(document), "kubectl", options: new() { FieldValidation = "Strict" });
    }

    private static string Field(string document, Regex field) =>
        field.Match(document) is { Success: true } match ? match.Groups[1].Value.Trim('"') : throw new InvalidOperationException($"{field} is not in:\n{document}");

    [GeneratedRegex(@"^apiVersion: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex ApiVersion();

    [GeneratedRegex(@"^kind: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Kind();

    [GeneratedRegex(@"^metadata:\n  name: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"^metadata:\n  name: \S+\n  namespace: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
