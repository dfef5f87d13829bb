using System.Net;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Tests;

public sealed class LocalClusterTests : IDisposable
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly ObjectKey Key = new("default", "note");

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-cluster-").FullName;

    [Fact]
    public async Task Start_AgainOnTheSameFolder_HasObjectsAndCredentials()
    {
        var options = new LocalClusterOptions { DataFolder = _folder, Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        string token;
        string serviceAccountToken;
        await using (var first = await LocalCluster.StartAsync(options, CancellationToken.None))
        {
            token = first.AdminToken;
            using var client = new ApiClient(first.Connect());
            await client.CreateAsync(ConfigMaps, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"note"},"data":{"a":"1"}}"""));
            serviceAccountToken = await MakeServiceAccountTokenAsync(client);
        }

        await using var second = await LocalCluster.StartAsync(options, CancellationToken.None);
        using var again = new ApiClient(ApiConnection.FromKubeconfig(second.KubeconfigFile!));
        using var robot = new ApiClient(ApiConnection.FromToken(second.Url!, serviceAccountToken, again.Connection.CertificateAuthority));

        Assert.Equal(token, second.AdminToken);
        Assert.Equal("1", (await again.GetAsync(ConfigMaps, Key)).ToMap().At("data", "a"));
        var who = await robot.RequestAsync(
            HttpMethod.Post,
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            JsonTree.ParseMap("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"""));
        Assert.Equal("system:serviceaccount:default:robot", JsonTree.ParseMap(who.Body.Span).At("status", "userInfo", "username"));
    }

    [Fact]
    public async Task Start_FolderInUse_NamesTheHolder()
    {
        var options = new LocalClusterOptions { DataFolder = _folder };
        await using var first = await LocalCluster.StartAsync(options, CancellationToken.None);

        var exception = await Assert.ThrowsAsync<LocalClusterException>(() => LocalCluster.StartAsync(options, CancellationToken.None));

        Assert.Contains($"process {Environment.ProcessId}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Secrets_AreForTheirOwnerAlone()
    {
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { DataFolder = _folder, Listen = new IPEndPoint(IPAddress.Loopback, 0) }, CancellationToken.None);

        var open = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".key", StringComparison.Ordinal) || f.EndsWith("token", StringComparison.Ordinal) || f.EndsWith("kubeconfig", StringComparison.Ordinal))
            .ToDictionary(f => f, File.GetUnixFileMode);
        Assert.True(open.Count >= 4);
        Assert.All(open.Values, mode => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> MakeServiceAccountTokenAsync(ApiClient client)
    {
        var accounts = new GroupVersionResource("", "v1", "serviceaccounts");
        await client.CreateAsync(accounts, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot"}}"""));
        var answer = await client.CreateSubresourceAsync(
            accounts, new("default", "robot"), "token", JsonTree.ParseMap("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}"""));
        return (string)answer.ToMap().At("status", "token")!;
    }
}
