using System.Text;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.Client.Kubeconfigs;
using Ahoi.Client.Tests.Servers;

namespace Ahoi.Client.Tests.Kubeconfigs;

public sealed class KubeconfigTests : IDisposable
{
    private const string First =
        """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters:
        - name: dev
          cluster:
            server: https://dev.example:6443/base
            certificate-authority: pki/ca.crt   # relative to this file
            tls-server-name: api.dev
            proxy-url: socks5://proxy:1080
        contexts:
        - name: dev
          context: {cluster: dev, user: ada, namespace: work}
        - name: other
          context: {cluster: dev, user: somebody}
        users:
        - name: ada
          user:
            client-certificate-data: Q0VSVA==
            client-key: ../keys/ada.key
            as: root
            as-uid: "0"
            as-groups: [admins, system:masters]
            as-user-extra: {reason: [test]}
        """;

    private const string Second =
        """
        {"current-context": "ignored",
         "clusters": [{"name": "dev", "cluster": {"server": "https://ignored"}}, {"name": "two", "cluster": {"server": "localhost:8080", "insecure-skip-tls-verify": true}}],
         "contexts": [{"name": "two", "context": {"cluster": "two", "user": "somebody"}}],
         "users": [{"name": "somebody", "user": {"token": 12345}}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Connection_CurrentContext_SaysEverything()
    {
        var connection = ApiConnection.FromKubeconfig(_folder.Write("a/config", First));

        Assert.Equal(new("https://dev.example:6443/base"), connection.Server);
        Assert.Equal(("dev", "work", "api.dev"), (connection.Context, connection.DefaultNamespace, connection.TlsServerName));
        Assert.Equal(Path.Combine(_folder.Path, "a/pki/ca.crt"), connection.CertificateAuthority!.ToString());
        Assert.Equal(Path.Combine(_folder.Path, "keys/ada.key"), connection.ClientKey!.ToString());
        Assert.Equal("CERT", connection.ClientCertificate!.Read());
        Assert.Equal(new("socks5://proxy:1080"), connection.Proxy);
        Assert.Equal(("root", "0"), (connection.Impersonation!.User, connection.Impersonation.Uid));
        Assert.Equal(["admins", "system:masters"], connection.Impersonation.Groups);
        Assert.Equal(["test"], connection.Impersonation.Extra["reason"]);
    }

    [Fact]
    public async Task Load_SeveralFiles_TheFirstWordCounts()
    {
        var config = Kubeconfig.Load([_folder.Write("a/config", First), _folder.Write("b/config", Second), Path.Combine(_folder.Path, "missing")]);

        Assert.Equal("dev", config.CurrentContext);
        Assert.Equal("https://dev.example:6443/base", config.Connection("other").Server.ToString());
        var two = config.Connection("two");
        Assert.Equal("http://localhost:8080/", two.Server.ToString());
        Assert.True(two.InsecureSkipTlsVerify);
        Assert.Equal("Bearer 12345", (await two.Credentials!.GetAsync(null, TestContext.Current.CancellationToken)).Authorization);
    }

    [Theory]
    [InlineData("nobody", "no context 'nobody'")]
    [InlineData("other", "no user 'somebody'")]
    public void Connection_SomethingMissing_SaysWhat(string context, string complaint)
    {
        var config = Kubeconfig.Load(_folder.Write("config", First));

        Assert.Contains(complaint, Assert.Throws<KubeconfigException>(() => config.Connection(context)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users: [")]
    [InlineData("- a\n- b")]
    [InlineData("a: *nothing")]
    public void Load_NoKubeconfig_NamesTheFile(string content)
    {
        var path = _folder.Write("config", content);

        Assert.Contains(path, Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_Basic_IsEncoded()
    {
        var connection = Connect("username: ada\n    password: 'böse:'");

        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:böse:"));
        Assert.Equal(expected, (await connection.Credentials!.GetAsync(null, TestContext.Current.CancellationToken)).Authorization);
    }

    [Fact]
    public async Task Connection_TokenFile_IsReadAgain()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        _folder.Write("token", "one\n");
        var source = Connect("tokenFile: token\n    token: not-this", time).Credentials!;

        var first = await source.GetAsync(null, TestContext.Current.CancellationToken);
        _folder.Write("token", "two\n");
        var soon = await source.GetAsync(null, TestContext.Current.CancellationToken);
        var refused = await source.GetAsync(first, TestContext.Current.CancellationToken);
        _folder.Write("token", "three\n");
        time.Advance(TimeSpan.FromMinutes(2));
        var later = await source.GetAsync(null, TestContext.Current.CancellationToken);

        Assert.Equal(["Bearer one", "Bearer one", "Bearer two", "Bearer three"], new[] { first, soon, refused, later }.Select(c => c.Authorization));
    }

    [Fact]
    public async Task InCluster_ServiceAccount_IsUsed()
    {
        _folder.Write("token", "t");
        _folder.Write("namespace", "mine\n");

        var connection = ApiConnection.InCluster(_folder.Path, "fd00::1", "443", TimeProvider.System);

        Assert.Equal("https://[fd00::1]/", connection.Server.ToString());
        Assert.Equal("mine", connection.DefaultNamespace);
        Assert.Equal("Bearer t", (await connection.Credentials!.GetAsync(null, TestContext.Current.CancellationToken)).Authorization);
    }

    [Fact]
    public void Credential_Text_ShowsNoSecret() => Assert.DoesNotContain("secret", Credential.Bearer("secret").ToString(), StringComparison.Ordinal);

    private ApiConnection Connect(string user, TimeProvider? time = null) => ApiConnection.FromKubeconfig(
        _folder.Write(
            "config",
            $"""
            current-context: c
            clusters:
            - name: c
              cluster:
                server: https://example
            contexts:
            - name: c
              context:
                cluster: c
                user: u
            users:
            - name: u
              user:
                {user}
            """),
        time: time);
}
