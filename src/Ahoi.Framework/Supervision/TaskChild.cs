namespace Ahoi.Framework.Supervision;

/// <summary>
/// A child that is a task in this process. .NET cannot end a task from outside, so killing one cancels it and stops
/// waiting for it.
/// </summary>
#pragma warning disable CA1001 // The source has no timer and no wait handle; a late stop must stay harmless.
internal sealed class TaskChild : IRunningChild
#pragma warning restore CA1001
{
    private readonly TaskCompletionSource<ExitReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();

    private TaskChild()
    {
    }

    public Task<ExitReason> Completion => _completion.Task;

    public static TaskChild Run(Func<CancellationToken, Task> run)
    {
        var child = new TaskChild();
        _ = Task.Run(() => child.RunAsync(run));
        return child;
    }

    public void RequestStop() => _stopping.Cancel();

    public void Kill()
    {
        // The order decides: a child that reacts to the cancellation at once must still count as killed.
        _completion.TrySetResult(ExitReason.Killed);
        _stopping.Cancel();
    }

    private async Task RunAsync(Func<CancellationToken, Task> run)
    {
        try
        {
            await run(_stopping.Token).ConfigureAwait(false);
            _completion.TrySetResult(_stopping.IsCancellationRequested ? ExitReason.Shutdown : ExitReason.Normal);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _completion.TrySetResult(ExitReason.Shutdown);
        }
#pragma warning disable CA1031 // Boundary: whatever the work throws is its exit reason, for the supervisor to act on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _completion.TrySetResult(ExitReason.Failed(exception));
        }
    }
}
