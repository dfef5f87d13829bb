using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahoi.Benchmarks.Tenancy;

/// <summary>The Tenancy operator, in a process of its own: reads commands, prints a line of numbers for each.</summary>
internal sealed class TenancyProcess(string kubeconfig) : IReconcileStep
{
    private readonly ConcurrentDictionary<(string, ObjectKey), bool> _seen = new();
    private TaskCompletionSource _all = new();
    private int _expected;
    private int _count;
    private long _writes;
    private IHost? _host;

    public async Task<int> RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            Console.WriteLine(words[0] switch
            {
                "start" => await StartAsync(int.Parse(words[1], CultureInfo.InvariantCulture)),
                "stop" => await StopAsync(),
                "writes" => Interlocked.Read(ref _writes).ToString(CultureInfo.InvariantCulture),
                "memory" => Memory(),
                _ => throw new InvalidOperationException($"There is no command {words[0]}."),
            });
        }

        return 0;
    }

    public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
    {
        var description = await next(context, cancellationToken).ConfigureAwait(false);
        if (_seen.TryAdd((context.Raw.Kind, context.Key), true) && Interlocked.Increment(ref _count) == _expected)
        {
            _all.TrySetResult();
        }

        return description;
    }

    /// <summary>Seconds until so many objects were looked at, writes meanwhile, seconds of CPU time.</summary>
    private async Task<string> StartAsync(int expected)
    {
        (_expected, _count, _all) = (expected, 0, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _seen.Clear();
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "bench" });
        builder.Services.AddLogging();
        builder.Services.AddAhoi(o =>
        {
            o.OperatorName = "ahoi";
            o.Connection = ApiConnection.FromKubeconfig(kubeconfig);
            o.InstallDefinitions = true;
        }).Use(this).AddTenancy();
        builder.Services.AddSingleton(_ => new ApiClient(
            ApiConnection.FromKubeconfig(kubeconfig), new() { UserAgent = "bench", Middleware = [() => new WriteCount(this)] }));
        _host = builder.Build();
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await _host.StartAsync();
        Interlocked.Exchange(ref _writes, 0); // Definitions and policies are applied at every start.
        if (expected > 0)
        {
            await _all.Task;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds} {Interlocked.Read(ref _writes)} {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds}");
    }

    private async Task<string> StopAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        _host = null;
        return "stopped";
    }

    /// <summary>Megabytes in use now, at the most so far, and on the managed heap after a collection.</summary>
    private static string Memory()
    {
        using var process = Process.GetCurrentProcess();
        var (now, most) = (process.WorkingSet64, process.PeakWorkingSet64);
        return string.Create(CultureInfo.InvariantCulture, $"{now / 1048576.0} {most / 1048576.0} {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0}");
    }

    private sealed class WriteCount(TenancyProcess owner) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Events come when they come.
            if (request.Method != HttpMethod.Get && !request.RequestUri!.AbsolutePath.Contains("/events", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref owner._writes);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
