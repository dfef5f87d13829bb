using Microsoft.Extensions.Hosting;

namespace Ahoi.Host;

/// <summary>Leaves the signals to the program.</summary>
internal sealed class SignalsElsewhere : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
