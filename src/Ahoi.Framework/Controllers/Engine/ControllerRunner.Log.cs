using Ahoi.Api.Objects;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Controllers.Engine;

/// <content>What a controller logs.</content>
internal sealed partial class ControllerRunner
{
    [LoggerMessage(FrameworkEventIds.ControllerStarted, LogLevel.Information, "Controller {Controller} runs: {Count} objects of {Kind}")]
    private static partial void LogStarted(ILogger logger, string controller, GroupVersionKind kind, int count);

    [LoggerMessage(FrameworkEventIds.ControllerWaiting, LogLevel.Warning, "Controller {Controller} waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string controller, string reason);

    [LoggerMessage(FrameworkEventIds.KindAbsent, LogLevel.Information, "Controller {Controller} goes on without {Kind}, which the cluster does not serve yet")]
    private static partial void LogAbsent(ILogger logger, string controller, GroupVersionKind kind);

    [LoggerMessage(FrameworkEventIds.KindUndeclared, LogLevel.Warning, "Controller {Controller} describes children of {Kind} without declaring it with Owns; what falls out while the operator is not running stays")]
    private static partial void LogUndeclared(ILogger logger, string controller, GroupVersionKind kind);

    [LoggerMessage(FrameworkEventIds.ReconcileFailed, LogLevel.Warning, "Reconciling {Key} failed; trying again in {Delay}")]
    private static partial void LogFailed(ILogger logger, Exception exception, ObjectKey key, TimeSpan delay);

    [LoggerMessage(FrameworkEventIds.ReconcileFailedByServer, LogLevel.Warning, "Reconciling {Key} failed; trying again in {Delay}: {Reason}")]
    private static partial void LogRefused(ILogger logger, ObjectKey key, string reason, TimeSpan delay);

    // Somebody wrote in between, as happens; the next look has what they wrote.
    [LoggerMessage(FrameworkEventIds.ReconcileOvertaken, LogLevel.Information, "Reconciling {Key} was overtaken; looking again in {Delay}: {Reason}")]
    private static partial void LogOvertaken(ILogger logger, ObjectKey key, string reason, TimeSpan delay);

    [LoggerMessage(FrameworkEventIds.ObjectUnfit, LogLevel.Warning, "{Reason}; trying again in {Delay}")]
    private static partial void LogUnfit(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(FrameworkEventIds.FailureNotReported, LogLevel.Debug, "The failure of {Key} could not be reported")]
    private static partial void LogReportFailed(ILogger logger, Exception exception, ObjectKey key);

    [LoggerMessage(FrameworkEventIds.WouldWrite, LogLevel.Information, "{Key} is in report-only mode; would {Changes}")]
    private static partial void LogReportOnly(ILogger logger, ObjectKey key, string changes);
}
