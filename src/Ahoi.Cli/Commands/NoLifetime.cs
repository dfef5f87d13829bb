using Microsoft.Extensions.Hosting;

namespace Ahoi.Cli.Commands;

/// <summary>Leaves Ctrl-C to the command line.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
