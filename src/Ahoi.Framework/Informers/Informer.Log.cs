using Ahoi.Api.Objects;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Informers;

/// <content>What an informer logs.</content>
internal sealed partial class Informer
{
    [LoggerMessage(FrameworkEventIds.InformerListed, LogLevel.Debug, "Listed {Count} objects of {Kind} at version {Revision}")]
    private static partial void LogListed(ILogger logger, GroupVersionKind kind, int count, string revision);

    [LoggerMessage(FrameworkEventIds.InformerExpired, LogLevel.Information, "The watch on {Kind} cannot go on and lists anew: {Reason}")]
    private static partial void LogExpired(ILogger logger, GroupVersionKind kind, string reason);

    [LoggerMessage(FrameworkEventIds.InformerCut, LogLevel.Debug, "The watch on {Kind} was cut; going on")]
    private static partial void LogCut(ILogger logger, Exception exception, GroupVersionKind kind);

    [LoggerMessage(FrameworkEventIds.InformerUnreadable, LogLevel.Warning, "An event of {Kind} cannot be read; listing anew")]
    private static partial void LogUnreadable(ILogger logger, Exception? exception, GroupVersionKind kind);

    [LoggerMessage(FrameworkEventIds.InformerFailed, LogLevel.Warning, "The cache of {Kind} cannot be filled; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception, GroupVersionKind kind);
}
