using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Node.Probes;

/// <summary>Probes a container over and over, and tells when it has become well or unwell: after as many equal outcomes in a
/// row as the thresholds say.</summary>
internal sealed class ProbeLoop(JsonMap probe, TimeProvider time, Func<CancellationToken, Task<ProbeOutcome>> ask)
{
    private readonly TimeSpan _period = TimeSpan.FromSeconds(Math.Max(1, probe.Integer("periodSeconds") ?? 10));
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(Math.Max(1, probe.Integer("timeoutSeconds") ?? 1));
    private readonly long _successes = Math.Max(1, probe.Integer("successThreshold") ?? 1);
    private readonly long _failures = Math.Max(1, probe.Integer("failureThreshold") ?? 3);

    /// <summary>Probes until it is cancelled.</summary>
    /// <param name="report">Is told what holds now, and the message of the outcome that made it so; asked whether to go on.</param>
    /// <param name="failed">Is told of each failure.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public async Task RunAsync(Func<bool, string, bool> report, Action<string> failed, CancellationToken cancellationToken)
    {
        if (probe.Integer("initialDelaySeconds") is > 0 and var delay)
        {
            await Task.Delay(TimeSpan.FromSeconds(delay), time, cancellationToken).ConfigureAwait(false);
        }

        var inARow = 0;
        bool? last = null;
        while (true)
        {
            var outcome = await AskAsync(cancellationToken).ConfigureAwait(false);
            if (!outcome.Succeeded)
            {
                failed(outcome.Message);
            }

            inARow = last == outcome.Succeeded ? inARow + 1 : 1;
            last = outcome.Succeeded;
            if (inARow >= (outcome.Succeeded ? _successes : _failures) && !report(outcome.Succeeded, outcome.Message))
            {
                return;
            }

            await Task.Delay(_period, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ProbeOutcome> AskAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, $"command timed out or no answer within {_timeout.TotalSeconds:0}s (timeoutSeconds)");
        }
    }
}
