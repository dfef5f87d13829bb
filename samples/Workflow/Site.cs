namespace Workflow;

/// <summary>What answers HTTP here.</summary>
internal static class Site
{
    /// <summary>Makes a server at a port of the pod's own address.</summary>
    public static WebApplication Create(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Signals are waited for elsewhere, where the work ends.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseUrls($"http://{Environment.GetEnvironmentVariable("POD_IP") ?? "0.0.0.0"}:{port}");
        return builder.Build();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
