using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Framework.Access;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Informers;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Scheduling.Engine;

/// <summary>Places the pods that name it: one decision at a time, the bindings beside each other.</summary>
internal sealed partial class PodScheduler(SchedulerOptions options) : IOperatorWork
{
    private const int BindingsAtOnce = 16;

    private static readonly GroupVersionKind PodKind = new("", "v1", "Pod");
    private static readonly GroupVersionKind NodeKind = new("", "v1", "Node");
    private static readonly GroupVersionKind NamespaceKind = new("", "v1", "Namespace");
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    public string Name => $"scheduler/{options.Name}";

    public bool IsRunning { get; private set; }

    public IReadOnlyList<AccessRule> Needs { get; } =
    [
        new("", "pods", ["get", "list", "watch"]), new("", "nodes", ["get", "list", "watch"]), new("", "namespaces", ["get", "list", "watch"]),
        new("", "pods/binding", ["create"]), new("", "pods/status", ["patch"]),
    ];

    public async Task RunAsync(OperatorTools tools, CancellationToken cancellationToken)
    {
        var random = options.Seed is { } seed ? new Random(seed) : tools.Random;
        using var run = new Run(this, tools, random, tools.Loggers.CreateLogger($"Ahoi.Schedulers.{options.Name}"));
        await run.WorkAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One term of leadership.</summary>
    private sealed class Run : IDisposable
    {
        private readonly PodScheduler _owner;
        private readonly SchedulerOptions _options;
        private readonly OperatorTools _tools;
        private readonly Random _random;
        private readonly ILogger _logger;
        private readonly Informer _pods;
        private readonly Informer _nodes;
        private readonly Informer _namespaces;
        private readonly SchedulerCache _cache;
        private readonly SchedulingQueue _queue;
        private readonly SemaphoreSlim _bindings = new(BindingsAtOnce);
        private readonly HashSet<Task> _binding = [];
        private readonly Action<ResourceDelta> _onNode;
        private readonly Action<ResourceDelta> _onPod;
        private readonly Action<ResourceDelta> _onNamespace;
        private volatile bool _ended;

        public Run(PodScheduler owner, OperatorTools tools, Random random, ILogger logger)
        {
            (_owner, _options, _tools, _random, _logger) = (owner, owner.Options, tools, random, logger);
            (_pods, _nodes, _namespaces) = (tools.Cache.Of(PodKind), tools.Cache.Of(NodeKind), tools.Cache.Of(NamespaceKind));
            _cache = new(name => _namespaces.Store.Find(new(null, name))?.Labels);
            _queue = new(_options, tools.Time);
            _onNode = Guarded(delta => OnNode(delta.Key));
            _onPod = Guarded(delta => OnPod(delta.Key, delta.Before));
            _onNamespace = Guarded(_ => _queue.Wake(p => p.Affinity.LooksAtOthers));
        }

        public async Task WorkAsync(CancellationToken cancellationToken)
        {
            try
            {
                _nodes.Subscribe(_onNode);
                _pods.Subscribe(_onPod);
                _namespaces.Subscribe(_onNamespace);
                await WaitForCachesAsync(cancellationToken).ConfigureAwait(false);

                // The informers tell handlers a little after they call themselves ready.
                foreach (var node in _nodes.Store.List(null, null))
                {
                    _onNode(new(null, node));
                }

                foreach (var pod in _pods.Store.List(null, null))
                {
                    _onPod(new(null, pod));
                }

                _owner.IsRunning = true;
                LogStarted(_logger, _options.Name, _cache.View.Nodes.Count);
                while (true)
                {
                    var pod = await _queue.TakeAsync(cancellationToken).ConfigureAwait(false);
                    await PlaceAsync(pod, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                _ended = true;
                _owner.IsRunning = false;
                _nodes.Unsubscribe(_onNode);
                _pods.Unsubscribe(_onPod);
                _namespaces.Unsubscribe(_onNamespace);
                Task[] open;
                lock (_binding)
                {
                    open = [.. _binding];
                }

                await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public void Dispose()
        {
            _queue.Dispose();
            _bindings.Dispose();
        }

        /// <summary>What the watch tells after the end concerns nobody, and what cannot be read concerns this object alone.</summary>
        private Action<ResourceDelta> Guarded(Action<ResourceDelta> handle) => delta =>
        {
            if (_ended)
            {
                return;
            }

            try
            {
                handle(delta);
            }
            catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException)
            {
                LogUnreadable(_logger, exception, delta.Key);
            }
        };

        private async Task WaitForCachesAsync(CancellationToken cancellationToken)
        {
            var delay = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), _random);
            foreach (var informer in (Informer[])[_nodes, _namespaces, _pods])
            {
                while (true)
                {
                    try
                    {
                        await informer.ReadyAsync(cancellationToken).ConfigureAwait(false);
                        break;
                    }
                    catch (Exception exception) when (exception is KindNotServedException or KindUnavailableException)
                    {
                        LogWaiting(_logger, _options.Name, exception.Message);
                        await Task.Delay(delay.Next(), _tools.Time, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }

        // Handlers run on several threads: what counts is what the store has now, not what the event said.
        private void OnNode(ObjectKey key)
        {
            if (_nodes.Store.Find(key) is not { } node)
            {
                _cache.RemoveNode(key.Name);
            }
            else if (_cache.PutNode(node))
            {
                _queue.Wake();
            }
        }

        private void OnPod(ObjectKey key, RawObject? before)
        {
            var now = _pods.Store.Find(key);
            if (before is not null && before.Uid != now?.Uid)
            {
                Forget(before.Uid);
            }

            if (now is null)
            {
                return;
            }

            var pod = new PodView(now);
            if (pod.IsFinished)
            {
                Forget(pod.Uid);
            }
            else if (pod.NodeName is { } node)
            {
                _queue.Remove(pod.Uid);
                if (_cache.PutPod(pod, node))
                {
                    _queue.Wake(p => p.Affinity.LooksAtOthers || p.Spec.ContainsKey("topologySpreadConstraints"));
                }
            }
            else if (pod.SchedulerName == _options.Name && !pod.Object.IsBeingDeleted && !pod.IsGated)
            {
                if (!_cache.HasSeat(pod.Uid))
                {
                    _queue.Put(pod);
                }
            }
            else
            {
                _queue.Remove(pod.Uid);
            }
        }

        private void Forget(string uid)
        {
            _queue.Remove(uid);
            if (_cache.RemovePod(uid))
            {
                _queue.Wake();
            }
        }

        private async Task PlaceAsync(PodView pod, CancellationToken cancellationToken)
        {
            Placement placement;
            try
            {
                placement = Placement.Decide(_options, pod, _cache.View, _random);
            }
#pragma warning disable CA1031 // Boundary: filters and scores are the user's code; what one throws keeps this pod waiting and no other.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(_logger, exception, pod.Key);
                await ReportAsync(pod, "SchedulerError", exception.Message, cancellationToken).ConfigureAwait(false);
                _queue.Retry(pod.Uid);
                return;
            }

            if (placement.Node is not { } node)
            {
                LogUnschedulable(_logger, pod.Key, placement.Message);
                _queue.Park(pod.Uid);
                await ReportAsync(pod, "Unschedulable", placement.Message, cancellationToken).ConfigureAwait(false);
                return;
            }

            _cache.Promise(pod, node);
            await _bindings.WaitAsync(cancellationToken).ConfigureAwait(false);
            var binding = BindAsync(pod, node, cancellationToken);
            lock (_binding)
            {
                _binding.RemoveWhere(b => b.IsCompleted);
                _binding.Add(binding);
            }
        }

        private async Task BindAsync(PodView pod, string node, CancellationToken cancellationToken)
        {
            try
            {
                await TryBindAsync(pod, node, cancellationToken).ConfigureAwait(false);
                LogPlaced(_logger, pod.Key, node);
                _queue.Remove(pod.Uid);
                Event(pod, EventType.Normal, "Scheduled", $"Successfully assigned {pod.Key} to {node}");
            }
            catch (Exception exception) when (exception is ApiException or TransportException)
            {
                LogFailed(_logger, exception, pod.Key);
                _cache.TakeBack(pod.Uid);
                if (exception is ApiException { Code: 404 })
                {
                    _queue.Remove(pod.Uid); // Gone; the watch says so too.
                }
                else
                {
                    _queue.Retry(pod.Uid);
                    await ReportAsync(pod, "SchedulerError", $"binding rejected: {exception.Message}", cancellationToken).ConfigureAwait(false);
                }

                _queue.Wake();
            }
            finally
            {
                _bindings.Release();
            }
        }

        /// <summary>Binds; where the answer got lost, looks what became of it before anything is promised anew.</summary>
        private async Task TryBindAsync(PodView pod, string node, CancellationToken cancellationToken)
        {
            var body = new JsonMap
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Binding",
                ["metadata"] = new JsonMap { ["name"] = pod.Key.Name, ["namespace"] = pod.Namespace, ["uid"] = pod.Uid },
                ["target"] = new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
            };
            try
            {
                await _tools.Client.CreateSubresourceAsync(Pods, pod.Key, "binding", body, new() { FieldManager = _options.Name }, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is TransportException or ApiException { Code: 409 or >= 500 })
            {
                var delay = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), _random);
                while (true)
                {
                    try
                    {
                        var found = await _tools.Client.FindAsync(Pods, pod.Key, cancellationToken: cancellationToken).ConfigureAwait(false);
                        if (found is not null && found.Uid == pod.Uid && new PodView(found).NodeName == node)
                        {
                            return;
                        }

                        break;
                    }
                    catch (Exception again) when (again is TransportException or ApiException { IsTransient: true })
                    {
                        await Task.Delay(delay.Next(), _tools.Time, cancellationToken).ConfigureAwait(false);
                    }
                }

                throw;
            }
        }

        /// <summary>Says in the pod's condition and in an event why it has no node.</summary>
        private async Task ReportAsync(PodView pod, string reason, string message, CancellationToken cancellationToken)
        {
            Event(pod, EventType.Warning, "FailedScheduling", message);
            var known = (_pods.Store.Find(pod.Key) is { } now && now.Uid == pod.Uid ? new PodView(now) : pod).Condition("PodScheduled");
            if (known?.Text("status") == "False" && known.Text("reason") == reason && known.Text("message") == message)
            {
                return;
            }

            var at = ApiTime.Write(_tools.Time.GetUtcNow());
            var condition = new JsonMap
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["reason"] = reason,
                ["message"] = message,
                ["lastTransitionTime"] = known?.Text("status") == "False" ? known.Text("lastTransitionTime") ?? at : at,
            };
            var patch = new JsonMap
            {
                ["metadata"] = new JsonMap { ["uid"] = pod.Uid },
                ["status"] = new JsonMap { ["conditions"] = new JsonList([condition]) },
            };
            try
            {
                var written = await _tools.Client.PatchAsync(
                    Pods, pod.Key, Patch.Strategic(patch), new() { Subresource = "status", FieldManager = _options.Name }, cancellationToken).ConfigureAwait(false);
                _tools.Cache.Observe(written);
            }
            catch (Exception exception) when (exception is ApiException or TransportException)
            {
                LogNotReported(_logger, exception, pod.Key); // The event says it too, and the next attempt tries again.
            }
        }

        private void Event(PodView pod, EventType type, string reason, string message) =>
            _tools.Events.Record(pod.Object, new(type, reason, message), _options.Name);
    }

    private SchedulerOptions Options => options;

    [LoggerMessage(FrameworkEventIds.SchedulerStarted, LogLevel.Information, "Scheduler {Scheduler} places pods on {Count} nodes")]
    private static partial void LogStarted(ILogger logger, string scheduler, int count);

    [LoggerMessage(FrameworkEventIds.SchedulerWaiting, LogLevel.Warning, "Scheduler {Scheduler} waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string scheduler, string reason);

    [LoggerMessage(FrameworkEventIds.PodPlaced, LogLevel.Information, "Pod {Pod} goes to node {Node}")]
    private static partial void LogPlaced(ILogger logger, ObjectKey pod, string node);

    [LoggerMessage(FrameworkEventIds.PodUnschedulable, LogLevel.Information, "Pod {Pod} has no node: {Reason}")]
    private static partial void LogUnschedulable(ILogger logger, ObjectKey pod, string reason);

    [LoggerMessage(FrameworkEventIds.PodPlacementFailed, LogLevel.Warning, "Pod {Pod} could not be placed; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, ObjectKey pod);

    [LoggerMessage(FrameworkEventIds.PodReportFailed, LogLevel.Debug, "The condition of pod {Pod} was not accepted")]
    private static partial void LogNotReported(ILogger logger, Exception exception, ObjectKey pod);

    [LoggerMessage(FrameworkEventIds.SchedulingObjectUnreadable, LogLevel.Warning, "{Key} is left out: it cannot be read")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, ObjectKey key);
}
