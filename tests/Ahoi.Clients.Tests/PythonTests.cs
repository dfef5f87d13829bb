namespace Ahoi.Clients.Tests;

/// <summary>The official Python client: lists, patches, watches, custom objects, its dynamic client.</summary>
public sealed class PythonTests(SharedCluster cluster)
{
    // Debian's interpreter, which has Debian's packages; another one may come first on the PATH.
    private const string Interpreter = "/usr/bin/python3";

    [Fact]
    public async Task Client_EveryPart_Works()
    {
        if (!File.Exists(Interpreter) || (await ChildProcess.RunAsync(Interpreter, ["-c", "import kubernetes"], new Dictionary<string, string>())).ExitCode != 0)
        {
            Assert.Skip("Debian's python3-kubernetes is not installed");
        }

        var kubectl = await cluster.NamespaceAsync();
        var (code, output, error) = await ChildProcess.RunAsync(
            Interpreter,
            [Path.Combine(AppContext.BaseDirectory, "Python", "client.py"), kubectl.Namespace],
            new Dictionary<string, string> { ["KUBECONFIG"] = cluster.Kubeconfig, ["HOME"] = cluster.Home });

        Assert.True(code == 0, $"{output}\n{error}");
        Assert.Equal("lists_and_errors ok\npatches ok\nreplaces ok\nwatches ok\ncustom_objects ok\n", output);
    }
}
