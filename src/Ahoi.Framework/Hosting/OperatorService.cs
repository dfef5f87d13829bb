using Microsoft.Extensions.Hosting;

namespace Ahoi.Framework.Hosting;

/// <summary>Starts and stops the operator with the application.</summary>
internal sealed class OperatorService(Operator @operator) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => @operator.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => @operator.StopAsync(cancellationToken);
}
