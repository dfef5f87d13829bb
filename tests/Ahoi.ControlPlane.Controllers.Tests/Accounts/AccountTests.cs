using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Tests.Accounts;

public sealed class AccountTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Maps = new("", "v1", "configmaps");
    private static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    private static readonly GroupVersionResource Reviews = new("authentication.k8s.io", "v1", "tokenreviews");

    private ControlledCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ControlledCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task TokenSecret_ItsToken_IsTheAccountUntilTheSecretGoes()
    {
        await _cluster.GetUntilAsync(new("", "v1", "serviceaccounts"), "default", a => a.Count > 0);
        await _cluster.CreateAsync(Secrets, """
            {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
             "metadata": {"name": "t", "annotations": {"kubernetes.io/service-account.name": "default"}}}
            """);

        var secret = await _cluster.GetUntilAsync(Secrets, "t", s => s.At("data", "token") is string);

        var token = Encoding.UTF8.GetString(Convert.FromBase64String((string)secret.At("data", "token")!));
        Assert.Equal("system:serviceaccount:default:default", (await ReviewAsync(token)).At("user", "username"));
        Assert.Equal("default", Encoding.UTF8.GetString(Convert.FromBase64String((string)secret.At("data", "namespace")!)));

        await _cluster.Client.DeleteAsync(Secrets, new("default", "t"));
        Assert.Null((await ReviewAsync(token)).At("user", "username"));
    }

    [Fact]
    public async Task RootCertificate_ChangedByHand_IsAsItWas()
    {
        await _cluster.GetUntilAsync(Maps, "kube-root-ca.crt", m => m.Count > 0);

        await _cluster.PatchAsync(Maps, "kube-root-ca.crt", """{"data": {"ca.crt": "mine", "more": "x"}}""");

        await _cluster.GetUntilAsync(Maps, "kube-root-ca.crt", m => m.At("data", "ca.crt") is "" && m.At("data", "more") is null);
    }

    private async Task<JsonMap> ReviewAsync(string token)
    {
        var answer = await _cluster.Client.CreateAsync(
            Reviews, null, new JsonMap { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenReview", ["spec"] = new JsonMap { ["token"] = token } });
        return answer.ToMap().Map("status") ?? [];
    }
}
