using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.ControlPlane;

namespace Ahoi.Cli.Tests;

/// <summary>The commands that talk to any cluster, against one with a socket and a kubeconfig.</summary>
public sealed class ClusterCommandTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-cli-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly CancellationTokenSource _stopping = new();
    private LocalCluster _cluster = null!;
    private ApiClient _client = null!;

    private string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    public async ValueTask InitializeAsync()
    {
        _cluster = await LocalCluster.StartAsync(new() { Listen = new(System.Net.IPAddress.Loopback, 0), KubeconfigFile = Kubeconfig }, TestContext.Current.CancellationToken);
        _client = new(_cluster.Connect());
    }

    [Fact]
    public async Task Plan_EmptyCluster_IsTheDefinitionsAndLeavesThemOut()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("plan"));

        var text = _output.ToString();
        Assert.Contains("+ CustomResourceDefinition customers.internal.example.com", text, StringComparison.Ordinal);
        Assert.Contains("not looked at: customer:", text, StringComparison.Ordinal);
        Assert.Matches("[1-9][0-9]* to create, 0 to change, 0 to delete", text);
        Assert.DoesNotContain("\e[", text, StringComparison.Ordinal);
        _client.Discovery.Invalidate();
        Assert.Null(await _client.Discovery.FindAsync("customers"));
    }

    [Fact]
    public async Task Plan_Customer_NamesItsChildrenAndTheExitCodeSaysSo()
    {
        await WithOperatorsAsync(() => Task.CompletedTask);
        await CreateCustomerAsync();

        Assert.Equal(ExitCodes.PlanNotEmpty, await RunAsync("plan", "customer/c1", "-o", "json", "--exit-code"));

        var plan = JsonTree.ParseMap(_output.ToString());
        var customer = plan.List("objects")!.Maps.Single(o => o.Text("kind") == "Customer");
        Assert.Equal("c1", customer.Text("name"));
        Assert.Contains(customer.List("changes")!.Maps, c => c.Text("action") == "create" && c.Text("kind") == "Namespace" && c.Text("name") == "cust-c1");
        Assert.Null(await _client.FindAsync(Namespaces, new(null, "cust-c1")));
    }

    [Fact]
    public async Task OperatorsRun_Kubeconfig_MakesTheCustomersNamespaceAndTreeShowsIt()
    {
        await WithOperatorsAsync(async () =>
        {
            await CreateCustomerAsync();
            await EventuallyAsync(async () => await _client.FindAsync(new("apps", "v1", "deployments"), new("cust-c1", "scheduler")) is not null
                || (await _client.ListAsync(new("apps", "v1", "deployments"), "cust-c1")).Items.Count > 0);
        });

        Assert.Equal(ExitCodes.Ok, await RunAsync("tree", "customer/c1"));
        Assert.Contains("Customer c1", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("├── ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Namespace cust-c1", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Deployment cust-c1/", _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, await RunAsync("tree", "customer/c1", "-o", "json"));
        Assert.Contains(JsonTree.ParseMap(_output.ToString()).List("children")!.Maps, c => c.Text("kind") == "Namespace");
    }

    [Fact]
    public async Task ExplainReconcile_OfAnOperatorOfThisMachine_NamesCausesAndWrites()
    {
        await WithOperatorsAsync(async () =>
        {
            await CreateCustomerAsync();
            await EventuallyAsync(async () => await _client.FindAsync(Namespaces, new(null, "cust-c1")) is not null);
            await EventuallyAsync(async () =>
            {
                _output.GetStringBuilder().Clear();
                Assert.Equal(ExitCodes.Ok, await RunAsync("explain-reconcile", "customer/c1"));
                return _output.ToString().Contains("wrote    applied Namespace cust-c1", StringComparison.Ordinal);
            });
            Assert.Contains("controller customer: done after", _output.ToString(), StringComparison.Ordinal);
            Assert.Contains("because  it was seen for the first time", _output.ToString(), StringComparison.Ordinal);

            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCodes.Ok, await RunAsync("explain-reconcile", "customer/c1", "-o", "json"));
            Assert.All(JsonTree.ParseMap(_output.ToString()).List("reconciles")!.Maps, r => Assert.Equal("c1", r.Text("name")));

            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCodes.Ok, await RunAsync("explain-reconcile", "customer/other"));
            Assert.Contains("no reconcile is remembered", _output.ToString(), StringComparison.Ordinal);
        });

        Assert.Equal(ExitCodes.Failed, await RunAsync("explain-reconcile", "customer/c1"));
        Assert.Contains("this user runs no operator on this machine", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tree_Watched_DrawsWhatComes_AndEndsWithItsRoot()
    {
        var maps = new GroupVersionResource("", "v1", "configmaps");
        var root = await _client.CreateAsync(maps, "default", JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"root"}}"""));

        var watching = RunAsync("tree", "configmap/root", "-n", "default", "-w");
        await EventuallyAsync(() => Task.FromResult(_output.ToString().Contains("ConfigMap root", StringComparison.Ordinal)));
        await _client.CreateAsync(maps, "default", JsonTree.ParseMap(
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"child","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"root","uid":"{{{root.Uid}}}"}]}}"""));
        await EventuallyAsync(() => Task.FromResult(_output.ToString().Contains("ConfigMap child", StringComparison.Ordinal)));
        await _client.DeleteAsync(maps, root.Key);

        Assert.Equal(ExitCodes.Ok, await watching.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task ExplainReconcile_EndpointWhereNobodyListens_SaysSo()
    {
        Assert.Equal(ExitCodes.Failed, await RunAsync("explain-reconcile", "namespace/default", "--endpoint", "http://127.0.0.1:1"));
        Assert.Contains("the operator at http://127.0.0.1:1/ does not answer", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain-reconcile customer", ExitCodes.Usage, "'customer' does not name an object; write it as KIND/NAME.")]
    [InlineData("explain-reconcile ship/a", ExitCodes.Failed, "the cluster does not serve a kind 'ship'")]
    [InlineData("explain-reconcile namespace/a --token-file x", ExitCodes.Usage, "--token-file goes with --endpoint")]
    [InlineData("explain-reconcile namespace/a --endpoint here", ExitCodes.Usage, "'here' of --endpoint is not an address; write it as http://127.0.0.1:8081.")]
    [InlineData("operators run --observe there", ExitCodes.Usage, "'there' of --observe is not an address and port; write it as 127.0.0.1:8081.")]
    [InlineData("operators run --otlp there", ExitCodes.Usage, "'there' of --otlp is not a collector's address; write it as http://127.0.0.1:4317.")]
    [InlineData("tree customer", ExitCodes.Usage, "'customer' does not name an object; write it as KIND/NAME.")]
    [InlineData("tree namespace/default -w -o json", ExitCodes.Usage, "--watch draws for people; leave it out with -o json.")]
    [InlineData("tree ship/a", ExitCodes.Failed, "the cluster does not serve a kind 'ship'")]
    [InlineData("tree namespace/none", ExitCodes.Failed, "there is no Namespace none")]
    [InlineData("plan --operators tenency", ExitCodes.Usage, "Did you mean 'tenancy'?")]
    [InlineData("operators run --lease here", ExitCodes.Usage, "'here' of --lease does not name a Lease; write it as NAMESPACE/NAME.")]
    public async Task Run_BadInput_NamesIt(string line, int exitCode, string message)
    {
        Assert.Equal(exitCode, await RunAsync(line.Split(' ')));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_NobodyListens_IsUnreachable()
    {
        await _cluster.DisposeAsync();

        Assert.Equal(ExitCodes.ServerUnreachable, await RunAsync("plan"));
        Assert.Contains("the API server does not answer", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dashboard_Kubeconfig_IsServedToWhoeverHasTheUrl()
    {
        using var output = new SignallingWriter();
        var running = AhoiCommandLine.RunAsync(["dashboard", "--kubeconfig", Kubeconfig], output, _error, _stopping.Token);
        await Task.WhenAny(output.Line, running).WaitAsync(Limit);
        Assert.False(running.IsCompleted, _error.ToString());

        var url = new Uri(await output.Line);
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(url, "/"));
        using var stranger = await http.GetAsync(new Uri(url, "/api/v1/namespaces/default"));
        http.DefaultRequestHeaders.Authorization = new("Bearer", url.Fragment["#token=".Length..]);
        var read = JsonTree.ParseMap(await http.GetByteArrayAsync(new Uri(url, "/api/v1/namespaces/default")));

        Assert.Contains("<title>Ahoi</title>", page, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal("Namespace", read.Text("kind"));
        await _stopping.CancelAsync();
        Assert.Equal(ExitCodes.Ok, await running.WaitAsync(Limit));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _cluster.DisposeAsync();
        _stopping.Dispose();
        await _output.DisposeAsync();
        await _error.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task CreateCustomerAsync() => await _client.CreateAsync(Customers, null, JsonTree.ParseMap(
        """{"apiVersion":"internal.example.com/v1","kind":"Customer","metadata":{"name":"c1"},"spec":{"features":{"scheduler":{"enabled":true,"workers":1}}}}"""));

    private async Task WithOperatorsAsync(Func<Task> work)
    {
        using var stopping = new CancellationTokenSource();
        using var talk = new StringWriter();
        var running = AhoiCommandLine.RunAsync(["operators", "run", "--kubeconfig", Kubeconfig], TextWriter.Null, talk, stopping.Token);
        await EventuallyAsync(async () =>
        {
            Assert.False(running.IsCompleted, talk.ToString());
            _client.Discovery.Invalidate();
            return await _client.Discovery.FindAsync("webhooks") is not null; // The last one that is installed.
        });
        await work();
        await stopping.CancelAsync();
        Assert.Equal(ExitCodes.Ok, await running.WaitAsync(Limit));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private Task<int> RunAsync(params string[] args) => AhoiCommandLine.RunAsync(
        args.Contains("--lease") || args.Contains("--operators") ? args : [.. args, "--kubeconfig", Kubeconfig], _output, _error, _stopping.Token);
}
