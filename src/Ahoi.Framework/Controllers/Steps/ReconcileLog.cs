using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers.Steps;

/// <summary>Logs each reconcile with its reasons, and what became of the children.</summary>
/// <param name="level">The level it logs at.</param>
public sealed partial class ReconcileLog(LogLevel level = LogLevel.Information) : IReconcileStep
{
    /// <inheritdoc/>
    public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        LogBegins(context.Logger, level, string.Join(", ", context.Causes));
        var description = await next(context, cancellationToken).ConfigureAwait(false);
        return description.WhenDone(outcome => LogDone(
            context.Logger, level, outcome.Children.Count, outcome.FirstUnready is { } unready ? $"{unready.Kind.Kind} {unready.Key}: {unready.Message}" : "all ready"));
    }

    [LoggerMessage(EventId = FrameworkEventIds.ReconcileBegins, Message = "Reconciling because of {Causes}")]
    private static partial void LogBegins(ILogger logger, LogLevel level, string causes);

    [LoggerMessage(EventId = FrameworkEventIds.ReconcileDone, Message = "Described {Children} children; {State}")]
    private static partial void LogDone(ILogger logger, LogLevel level, int children, string state);
}
