using System.Diagnostics;
using Ahoi.Cli.Kubeconfigs;
using Ahoi.Client.Kubeconfigs;
using Ahoi.Client.Requests;
using Ahoi.Cli.Demo;
using Ahoi.ControlPlane;
using Ahoi.Dashboard;
using Microsoft.Extensions.Logging;

namespace Ahoi.Cli.Commands;

/// <summary>One run of <c>ahoi up</c>, from its start to Ctrl-C.</summary>
internal sealed class UpSession(UpOptions options, TextWriter output, TextWriter error)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var loggers = LoggerFactory.Create(logging => Configure(logging));
        await using var cluster = await StartClusterAsync(loggers, cancellationToken);
        await error.WriteLineAsync($"ahoi: the cluster answers at {cluster.Url} ({Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s)");

        if (cluster.IngressHttp is { } ingress)
        {
            await error.WriteLineAsync($"ahoi: ingresses: {ingress} and {cluster.IngressHttps}");
        }

        using var components = ComponentSet.Build(cluster.Connect(), options.Components, Configure);
        await (components?.StartAsync(cancellationToken) ?? Task.CompletedTask);
        using var host = options.Components.Contains("operators") ? OperatorRuns.Build(cluster.Connect(), [.. options.Operators], Configure, observe: options.Observe, local: LocalPrograms.Configure) : null;
        using var announcement = host is null ? null : await OperatorRuns.StartAsync(host, cluster.Url!, error, cancellationToken);
        if (host is not null)
        {
            await error.WriteLineAsync($"ahoi: operators: {string.Join(", ", options.Operators)}");
        }

        using var merge = options.Merge ? KubeconfigMerge.Into(KubeconfigMerge.Choose(Kubeconfig.DefaultFiles()), cluster.KubeconfigFile!) : null;
        await using var dashboard = await StartDashboardAsync(cluster, loggers, cancellationToken);
        if (dashboard is not null)
        {
            await error.WriteLineAsync($"ahoi: dashboard: {dashboard.Url}");
        }

        try
        {
            if (options.ReadyFile is { } ready)
            {
                await File.WriteAllTextAsync(ready, $"{cluster.Url}\n", cancellationToken);
            }

            if (options.Demo)
            {
                using var client = new ApiClient(cluster.Connect());
                var runs = options.Components.Contains("node") && options.Components.Contains("scheduler")
                    && options.ImageFolder is { } images && await new DemoImages(images, error).PrepareAsync(cancellationToken);
                await new CustomerDemo(client, output, options.Operators.Contains("pools"), runs).RunAsync(cancellationToken);
                if (runs && options.Operators.Contains("previews"))
                {
                    await new PreviewDemo(client, output).RunAsync(cancellationToken);
                }
            }

            await WriteNextStepsAsync(cluster, dashboard);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("ahoi: stopping");
        }
        finally
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(8));
            await (host?.StopAsync(limit.Token) ?? Task.CompletedTask);
            await (components?.StopAsync(limit.Token) ?? Task.CompletedTask);

            if (options.ReadyFile is { } ready)
            {
                File.Delete(ready);
            }
        }

        return ExitCodes.Ok;
    }

    private async Task<LocalCluster> StartClusterAsync(ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalCluster.StartAsync(
                new LocalClusterOptions
                {
                    Listen = options.Listen,
                    Http = options.Http,
                    DataFolder = options.Ephemeral ? null : options.DataFolder ?? UserFolders.Data(),
                    KubeconfigFile = options.KubeconfigFile ?? (options.Ephemeral ? TemporaryKubeconfig() : null),
                    TokenAuthFile = options.TokenAuthFile,
                    Controllers = options.Components.Contains("controllers"),
                    Nodes = options.Components.Contains("node") ? options.Nodes : 0,
                    LoopbackNetwork = options.Components.Contains("node"),
                    ImageFolder = options.ImageFolder,
                    HostPaths = options.HostPaths,
                    IngressHttp = options.IngressHttp,
                    IngressHttps = options.IngressHttps,
                    Loggers = loggers,
                },
                cancellationToken);
        }
        catch (LocalClusterException exception)
        {
            throw new CommandFailedException(exception.Message, exception.IsMissingPrerequisite ? ExitCodes.PrerequisiteMissing : ExitCodes.Failed);
        }
    }

    private async Task<DashboardServer?> StartDashboardAsync(LocalCluster cluster, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (options.Dashboard is not { } listen)
        {
            return null;
        }

        try
        {
            // Requests go the short way, and the page names the address that kubectl uses.
            var connection = cluster.Connect() with { Context = "ahoi", Server = cluster.Url! };
            return await DashboardServer.StartAsync(connection, new() { Listen = listen, Loggers = loggers }, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new CommandFailedException($"{exception.Message} Choose another with --dashboard 127.0.0.1:PORT, or none with --dashboard none.");
        }
    }

    private async Task WriteNextStepsAsync(LocalCluster cluster, DashboardServer? dashboard)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync(options.Merge ? $"  kubectl config use-context {KubeconfigMerge.Name}" : $"  export KUBECONFIG={cluster.KubeconfigFile}");
        foreach (var line in options.Demo ? CustomerDemo.NextSteps : ["kubectl get namespaces", "kubectl api-resources"])
        {
            await output.WriteLineAsync($"  {line}");
        }

        if (options.Demo && options.Components.Contains("node"))
        {
            await output.WriteLineAsync();
            await output.WriteLineAsync("Break it:");
            foreach (var line in CustomerDemo.Trials)
            {
                await output.WriteLineAsync($"  {line}");
            }
        }

        if (dashboard is not null)
        {
            await output.WriteLineAsync();
            await output.WriteLineAsync($"  dashboard: {dashboard.Url}");
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync("Ctrl-C stops everything.");
        await output.FlushAsync();
    }

    private static void Configure(ILoggingBuilder logging) => ConsoleLogging.Configure(logging, LogLevel.Warning);

    private static string TemporaryKubeconfig() => Path.Combine(Directory.CreateTempSubdirectory("ahoi-").FullName, "kubeconfig");
}
