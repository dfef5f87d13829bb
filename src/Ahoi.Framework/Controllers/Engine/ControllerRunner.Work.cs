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
    /// <summary>Causes hold on to the objects they are about, so the history keeps few of them.</summary>
    private const int RememberedCauses = 4;

    private async Task WorkAsync(CancellationToken cut)
    {
        while (true)
        {
            var item = await Queue.TakeAsync(cut).ConfigureAwait(false);
            Volatile.Write(ref _movedAt, _time.GetTimestamp());
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
        var (started, at) = (_time.GetTimestamp(), _time.GetUtcNow());
        using var activity = ReconcileTracing.Start(_definition, item, _cache.Traces);
        _metrics.Began(Name);
        var writer = new RecordingWriter(_writer);
        (string? Message, TimeSpan? RetryAfter) failure = default;
        Exception? fault = null;
        var result = "done";
        try
        {
            using var deadline = new CancellationTokenSource(_definition.Options.Deadline, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cut, deadline.Token);
            try
            {
                var after = await ReconcileAsync(item, writer, linked.Token).ConfigureAwait(false);
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
            (result, fault) = ("failed", exception);
            _metrics.Retried(Name);
            var delay = _backoff.Next(item.Key);
            if (exception is ApiException { RetryAfter: { } asked } && asked > delay)
            {
                delay = asked;
            }

            failure = (exception.Message, delay);
            Queue.Schedule(item.Key, delay, new(CauseKind.Retry) { Note = exception.Message });
            Log(item, exception, delay);
            await ReportAsync(item.Key, exception, cut).ConfigureAwait(false);
        }
        finally
        {
            var took = _time.GetElapsedTime(started);
            History.Add(new(Name, _definition.Kind, item.Key, at, item.Waited, took, [.. item.Causes.Take(RememberedCauses)], item.OmittedCauses + Math.Max(0, item.Causes.Count - RememberedCauses), writer.Writes, result, failure.Message, failure.RetryAfter));
            _metrics.Reconciled(Name, result, took, item.Waited);
            ReconcileTracing.End(activity, result, fault);
            _connections.Release(item.Key);
            Queue.Done(item.Key);
        }
    }

    private async Task<TimeSpan?> ReconcileAsync(WorkItem item, IClusterWriter writer, CancellationToken cancellationToken)
    {
        var resource = Objects.Store.Find(item.Key);
        if (resource is null)
        {
            _dependencies.Replace(item.Key, []);
            _descriptions.Forget(item.Key);
            await _connections.CloseAsync(item.Key).ConfigureAwait(false);
            foreach (var callback in _definition.Options.GoneCallbacks)
            {
                callback(item.Key);
            }

            return null;
        }

        await _connections.CloseAsync(item.Key, resource.Uid).ConfigureAwait(false);
        PlanWriter? report = null;
        if (ReportOnly.Is(resource) && !writer.LooksAhead)
        {
            writer = report = NewPlan();
        }

        var served = await Objects.ReadyAsync(cancellationToken).ConfigureAwait(false);
        var reader = new TrackingReader(_cache, _dependencies, item.Key, WatchDependencies);
        using var scope = _logger.BeginScope(new ReconcileScope(Name, _definition.Kind.Kind, item.Key, item.Causes));
        var hasFinalizer = _definition.FinalizerName is { } name && resource.Finalizers.Contains(name);
        if (_definition.FinalizerName is { } missing && !hasFinalizer && !resource.IsBeingDeleted)
        {
            // Nothing has an effect before this stands. The answer is gone on with: predicates may not let it wake the object.
            resource = await writer.AddFinalizerAsync(served, resource, missing, cancellationToken).ConfigureAwait(false);
        }

        var client = writer.LooksAhead ? _planClient() : _client;
        var context = new ReconcileContext(
            resource, reader, _types, client, _time, _logger, _backoff.Failures(item.Key), item.Causes, writer.LooksAhead, new(client, _cache, _definition.FieldManager),
            () => _connections.Of(item.Key, resource.Uid), _definition.Name);
        TimeSpan? after;
        if (resource.IsBeingDeleted && (hasFinalizer || !_definition.Options.ReconcilesDeleted))
        {
            after = hasFinalizer ? await FinalizeAsync(resource, served, context, writer, cancellationToken).ConfigureAwait(false) : null;
            if (!hasFinalizer)
            {
                await _connections.CloseAsync(item.Key).ConfigureAwait(false); // Nobody asks for the object any more.
            }
        }
        else
        {
            var description = await _definition.Reconcile(context, cancellationToken).ConfigureAwait(false);
            after = await FollowAsync(resource, served, description, writer, cancellationToken).ConfigureAwait(false);
        }

        _dependencies.Replace(item.Key, reader.Read);
        if (report is not null)
        {
            Report(resource, report);
        }

        return after ?? _definition.Options.Resync;
    }

    private async Task<TimeSpan?> FinalizeAsync(RawObject resource, ApiResource served, ReconcileContext context, IClusterWriter writer, CancellationToken cancellationToken)
    {
        // A finalizer that is on the object has a reconciler that finalizes.
        var finalization = await _definition.Finalize!(context, cancellationToken).ConfigureAwait(false);
        if (finalization.Description is { } description)
        {
            return await FollowAsync(resource, served, description, writer, cancellationToken).ConfigureAwait(false);
        }

        if (finalization.DeletesChildren && !await _descriptions.PruneAsync(writer, resource, [], int.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            return null; // The children wake their owner when they are gone.
        }

        if (finalization.IsDone)
        {
            await writer.RemoveFinalizerAsync(served, resource, _definition.FinalizerName!, cancellationToken).ConfigureAwait(false);
            await _connections.CloseAsync(resource.Key).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<TimeSpan?> FollowAsync(RawObject resource, ApiResource served, Description description, IClusterWriter writer, CancellationToken cancellationToken)
    {
        description.Seal();
        var outcome = await _descriptions.WriteAsync(writer, resource, served.Namespaced, description, cancellationToken).ConfigureAwait(false);
        var told = await _statuses.WriteAsync(writer, resource, served, description, outcome, cancellationToken).ConfigureAwait(false);
        foreach (var draft in writer.LooksAhead ? [] : description.Events.Concat(outcome.Events).Concat(told))
        {
            _events.Record(resource, draft, Name);
        }

        foreach (var callback in description.DoneCallbacks.Reverse())
        {
            callback(outcome);
        }

        var faults = outcome.Children.Where(c => c.Fault is not null).ToList();
        return faults.Count == 0
            ? Shorter(description.After, outcome.Again)
            : throw new ChildrenFailedException(faults);
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

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
            await _statuses.ReportFailureAsync(_writer, resource, served, reason, exception.Message, cancellationToken).ConfigureAwait(false);
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
            case ApiException { Code: 409 } when _backoff.Failures(item.Key) == 1:
                LogOvertaken(_logger, item.Key, exception.Message, delay);
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
