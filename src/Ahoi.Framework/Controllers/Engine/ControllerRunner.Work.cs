using System.Diagnostics;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Transport;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Planning;
using Ahoi.Framework.Queues;

namespace Ahoi.Framework.Controllers.Engine;

/// <content>Working the queue off.</content>
internal sealed partial class ControllerRunner
{
    private async Task WorkAsync(CancellationToken cut)
    {
        while (true)
        {
            var item = await Queue.TakeAsync(cut).ConfigureAwait(false);
            if (item is null)
            {
                return;
            }

            // On its own, because a reconciler that blocks its thread must not hold up the stop either.
            var work = Task.Run(() => HandleAsync(item, cut), CancellationToken.None);
            try
            {
                // The deadline is asked of the reconciler first; one that does not listen keeps its key, but not the worker.
                await work.WaitAsync(_definition.Options.Deadline + TimeSpan.FromSeconds(5), _time, cut).ConfigureAwait(false);
            }
            catch (TimeoutException exception)
            {
                LogFailed(_logger, exception, item.Key, _definition.Options.Deadline);
            }
        }
    }

    private async Task HandleAsync(WorkItem item, CancellationToken cut)
    {
        var started = _time.GetTimestamp();
        using var activity = FrameworkDiagnostics.Source.StartActivity("reconcile");
        activity?.SetTag("k8s.object.kind", _definition.Kind.Kind).SetTag("k8s.object.name", item.Key.Name).SetTag("k8s.namespace.name", item.Key.Namespace);
        var result = "done";
        try
        {
            using var deadline = new CancellationTokenSource(_definition.Options.Deadline, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cut, deadline.Token);
            try
            {
                var after = await ReconcileAsync(item, _effects, linked.Token).ConfigureAwait(false);
                _backoff.Forget(item.Key);
                Plan(item.Key, after);
            }
            catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cut.IsCancellationRequested)
            {
                throw new TimeoutException($"The reconcile took longer than {_definition.Options.Deadline}.", exception);
            }
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            result = "cancelled";
        }
#pragma warning disable CA1031 // Loop boundary: a reconciler may throw anything; it is logged, reported, counted and tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = "failed";
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            var delay = _backoff.Next(item.Key);
            if (exception is ApiException { RetryAfter: { } asked } && asked > delay)
            {
                delay = asked;
            }

            Queue.Schedule(item.Key, delay, new(CauseKind.Retry) { Note = exception.Message });
            Log(item, exception, delay);
            await ReportAsync(item.Key, exception, cut).ConfigureAwait(false);
        }
        finally
        {
            FrameworkDiagnostics.Reconciled(Name, result, _time.GetElapsedTime(started), item.Waited);
            Queue.Done(item.Key);
        }
    }

    private async Task<TimeSpan?> ReconcileAsync(WorkItem item, Effects effects, CancellationToken cancellationToken)
    {
        var resource = Objects.Store.Find(item.Key);
        if (resource is null)
        {
            _dependencies.Replace(item.Key, []);
            _effects.Descriptions.Forget(item.Key);
            return null;
        }

        PlanWriter? report = null;
        if (ReportOnly.Is(resource) && !effects.Writer.LooksAhead)
        {
            effects = PlanEffects(out report);
        }

        var served = await Objects.ReadyAsync(cancellationToken).ConfigureAwait(false);
        var reader = new TrackingReader(_cache, _dependencies, item.Key, WatchDependencies);
        using var scope = ObjectScope(_logger, _definition.Kind.Kind, item.Key);
        var hasFinalizer = _definition.FinalizerName is { } name && resource.Finalizers.Contains(name);
        if (_definition.FinalizerName is { } missing && !hasFinalizer && !resource.IsBeingDeleted)
        {
            // Nothing has an effect before this stands. The answer is gone on with: predicates may not let it wake the object.
            resource = await effects.Writer.AddFinalizerAsync(served, resource, missing, cancellationToken).ConfigureAwait(false);
        }

        var context = new ReconcileContext(
            resource, reader, _types, effects.Writer.LooksAhead ? _planClient() : _client, _time, _logger, _backoff.Failures(item.Key), item.Causes, effects.Writer.LooksAhead);
        TimeSpan? after;
        if (resource.IsBeingDeleted)
        {
            after = hasFinalizer ? await FinalizeAsync(resource, served, context, effects, cancellationToken).ConfigureAwait(false) : null;
        }
        else
        {
            var description = await _definition.Reconcile(resource, context, cancellationToken).ConfigureAwait(false);
            after = await FollowAsync(resource, served, description, effects, cancellationToken).ConfigureAwait(false);
        }

        _dependencies.Replace(item.Key, reader.Read);
        if (report is not null)
        {
            Report(resource, report);
        }

        return after ?? _definition.Options.Resync;
    }

    private async Task<TimeSpan?> FinalizeAsync(RawObject resource, ApiResource served, ReconcileContext context, Effects effects, CancellationToken cancellationToken)
    {
        // A finalizer that is on the object has a reconciler that finalizes.
        var finalization = await _definition.Finalize!(resource, context, cancellationToken).ConfigureAwait(false);
        if (finalization.Description is { } description)
        {
            return await FollowAsync(resource, served, description, effects, cancellationToken).ConfigureAwait(false);
        }

        if (finalization.DeletesChildren && !await effects.Descriptions.PruneAsync(resource, [], int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            return null; // The children wake their owner when they are gone.
        }

        if (finalization.IsDone)
        {
            await effects.Writer.RemoveFinalizerAsync(served, resource, _definition.FinalizerName!, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<TimeSpan?> FollowAsync(RawObject resource, ApiResource served, Description description, Effects effects, CancellationToken cancellationToken)
    {
        description.Seal();
        var outcome = await effects.Descriptions.WriteAsync(resource, served.Namespaced, description, cancellationToken).ConfigureAwait(false);
        await effects.Statuses.WriteAsync(resource, served, description, outcome, cancellationToken).ConfigureAwait(false);
        foreach (var draft in effects.Writer.LooksAhead ? [] : description.Events)
        {
            _events.Record(resource, draft, Name);
        }

        var faults = outcome.Children.Where(c => c.Fault is not null).ToList();
        return faults.Count == 0
            ? description.After
            : throw new ChildrenFailedException(faults);
    }

    private void Plan(ObjectKey key, TimeSpan? after)
    {
        if (after is not { } delay)
        {
            Queue.Schedule(key, null, new(CauseKind.Timer));
            return;
        }

        if (delay == _definition.Options.Resync)
        {
            lock (_random)
            {
                delay *= 0.8 + (_random.NextDouble() * 0.4);
            }

            Queue.Schedule(key, delay, new(CauseKind.Resync));
            return;
        }

        Queue.Schedule(key, delay, new(CauseKind.Timer));
    }

    private async Task ReportAsync(ObjectKey key, Exception exception, CancellationToken cancellationToken)
    {
        // What the network or a conflict did is tried again and nobody's business; the status of children is written already.
        if (Objects.Store.Find(key) is not { } resource
            || exception is TransportException or ApiException { IsTransient: true } or ApiException { Code: 409 } or ChildrenFailedException)
        {
            return;
        }

        var reason = exception switch
        {
            UnfitObjectException => "Unreadable",
            DescriptionException => "InvalidDescription",
            Informers.KindNotServedException => "KindNotServed",
            Informers.KindUnavailableException => "KindUnavailable",
            TimeoutException => "DeadlineExceeded",
            _ => "ReconcileFailed",
        };
        _events.Record(resource, new(EventType.Warning, reason, exception.Message), Name);
        if (ReportOnly.Is(resource))
        {
            return;
        }

        try
        {
            var served = await Objects.ReadyAsync(cancellationToken).ConfigureAwait(false);
            await _effects.Statuses.ReportFailureAsync(resource, served, reason, exception.Message, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Reporting a failure must not become another one.
        catch (Exception unreported)
#pragma warning restore CA1031
        {
            LogReportFailed(_logger, unreported, key);
        }
    }

    private void Log(WorkItem item, Exception exception, TimeSpan delay)
    {
        switch (exception)
        {
            case UnfitObjectException:
                LogUnfit(_logger, exception.Message, delay);
                break;
            case ChildrenFailedException or ApiException or TransportException or DescriptionException:
                LogRefused(_logger, item.Key, exception.Message, delay);
                break;
            default:
                LogFailed(_logger, exception, item.Key, delay);
                break;
        }
    }
}
