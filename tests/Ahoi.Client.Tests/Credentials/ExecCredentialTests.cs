using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Client.Tests.Servers;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Tests.Credentials;

public sealed class ExecCredentialTests : IDisposable
{
    private const string Answer =
        """echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t$(wc -l < runs | tr -d ' ')\"}}" """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Get_ArgumentsAndClusterInfo_ArriveAsTheyAre()
    {
        _folder.WriteScript("plugin.sh", $$"""cd "$(dirname "$0")"; echo "$1|$2|$EXTRA" > args; echo "$KUBERNETES_EXEC_INFO" > info; echo x >> runs; {{Answer}}""");
        using var client = Client(new("https://api.example:6443"), provideClusterInfo: true);

        var credential = await client.Connection.Credentials!.GetAsync(null, TestContext.Current.CancellationToken);

        Assert.Equal("Bearer t1", credential.Authorization);
        Assert.Equal("one two|--three=\"4\"|a b\n", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "args"), TestContext.Current.CancellationToken));
        var info = JsonTree.ParseMap(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "info"), TestContext.Current.CancellationToken));
        Assert.Equal(("ExecCredential", "client.authentication.k8s.io/v1"), (info.Text("kind"), info.Text("apiVersion")));
        Assert.Equal(false, info.At("spec", "interactive"));
        Assert.Equal("https://api.example:6443", info.At("spec", "cluster", "server"));
        Assert.Equal("Y2E=", info.At("spec", "cluster", "certificate-authority-data"));
        Assert.Equal("cluster-7", info.At("spec", "cluster", "config", "id"));
    }

    [Fact]
    public async Task Requests_ManyAtOnce_RunThePluginOnce()
    {
        _folder.WriteScript("plugin.sh", $"""cd "$(dirname "$0")"; echo x >> runs; sleep 0.1; {Answer}""");
        await using var server = await ScriptedServer.StartAsync(context =>
            ScriptedServer.AnswerAsync(context, $"\"{context.Request.Headers.Authorization}\""));
        using var client = Client(server.Address);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => GetAsync(client)));

        Assert.All(answers, a => Assert.Equal("\"Bearer t1\"", a));
        Assert.Equal(1, Runs());
    }

    [Fact]
    public async Task Requests_Refused_RunThePluginOnceMoreForAll()
    {
        _folder.WriteScript("plugin.sh", $"""cd "$(dirname "$0")"; echo x >> runs; {Answer}""");
        var good = "Bearer t1";
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(
            context, $"\"{context.Request.Headers.Authorization}\"", context.Request.Headers.Authorization == good ? 200 : 401));
        using var client = Client(server.Address);
        Assert.Equal("\"Bearer t1\"", await GetAsync(client));

        good = "Bearer t2";
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => GetAsync(client)));

        Assert.All(answers, a => Assert.Equal("\"Bearer t2\"", a));
        Assert.Equal(2, Runs());
    }

    [Fact]
    public async Task Request_RefusedForGood_IsUnauthorized()
    {
        _folder.WriteScript("plugin.sh", $"""cd "$(dirname "$0")"; echo x >> runs; {Answer}""");
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(context, "{}", 401));
        using var client = Client(server.Address);

        var refusal = await Assert.ThrowsAsync<Api.Errors.ApiException>(() => GetAsync(client));

        Assert.Equal((401, 2), (refusal.Code, Runs()));
    }

    [Theory]
    [InlineData("echo nonsense", "something else")]
    [InlineData("echo sorry >&2; exit 3", "exited with 3: sorry")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}}'""", "instead of")]
    public async Task Request_PluginFails_SaysHow(string script, string complaint)
    {
        _folder.WriteScript("plugin.sh", script);
        using var client = Client(new("http://127.0.0.1:1"));

        var failure = await Assert.ThrowsAsync<TransportException>(() => GetAsync(client));

        Assert.Equal(TransportFault.NoCredentials, failure.Fault);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_PluginMissing_GivesTheHint()
    {
        using var client = Client(new("http://127.0.0.1:1"));

        var failure = await Assert.ThrowsAsync<TransportException>(() => GetAsync(client));

        Assert.Contains("Install it.", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> GetAsync(ApiClient client)
    {
        var answer = await client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(answer.Body.Span);
    }

    private int Runs() => File.ReadAllLines(Path.Combine(_folder.Path, "runs")).Length;

    private ApiClient Client(Uri server, bool provideClusterInfo = false) => new(ApiConnection.FromKubeconfig(_folder.Write(
        "config",
        $$"""
        current-context: c
        clusters:
        - name: c
          cluster:
            server: {{server.ToString().TrimEnd('/')}}
            certificate-authority-data: Y2E=
            extensions:
            - name: client.authentication.k8s.io/exec
              extension: {id: cluster-7}
        contexts:
        - name: c
          context: {cluster: c, user: u}
        users:
        - name: u
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./plugin.sh
              args: ["one two", '--three="4"']
              env: [{name: EXTRA, value: a b}]
              installHint: Install it.
              provideClusterInfo: {{provideClusterInfo.ToString().ToLowerInvariant()}}
              interactiveMode: IfAvailable
        """)));
}
