using Ahoi.Framework.Informers;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Hosting;

/// <content>What runs beside the controllers.</content>
public sealed partial class Operator
{
    /// <summary>Keeps a work running until it is cancelled, whatever it throws.</summary>
    private async Task KeepAsync(IOperatorWork work, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), _tools.Random);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work.RunAsync(_tools, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Loop boundary: whatever goes wrong in it, the work begins anew.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogWorkFailed(_logger, exception, work.Name);
            }

            await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(FrameworkEventIds.WorkFailed, LogLevel.Error, "{Work} failed and begins anew")]
    private static partial void LogWorkFailed(ILogger logger, Exception exception, string work);
}
