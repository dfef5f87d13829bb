using Ahoi.Api.Objects;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Planning;
using Ahoi.Framework.Queues;

namespace Ahoi.Framework.Controllers.Engine;

/// <content>Finding out what would be written, without writing it.</content>
internal sealed partial class ControllerRunner
{
    /// <summary>Reconciles all objects that fit, one after the other, and writes nothing.</summary>
    public async Task<(IReadOnlyList<ObjectPlan> Plans, string? Note)> PlanAsync(Func<ObjectKey, bool> which, CancellationToken cancellationToken)
    {
        try
        {
            await Objects.ReadyAsync(cancellationToken).ConfigureAwait(false);
            foreach (var kind in _definition.OwnedKinds)
            {
                _owned.Watch(kind);
                try
                {
                    await ChildrenOf(kind).ReadyAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (KindNotServedException)
                {
                    // A kind that is not served has no objects.
                }
            }
        }
        catch (Exception exception) when (exception is KindNotServedException or KindUnavailableException)
        {
            return ([], $"{Name}: {exception.Message}");
        }

        var plans = new List<ObjectPlan>();
        foreach (var resource in Objects.Store.List(null, o => which(o.Key)))
        {
            plans.Add(await PlanAsync(resource, cancellationToken).ConfigureAwait(false));
        }

        return (plans, null);
    }

    private async Task<ObjectPlan> PlanAsync(RawObject resource, CancellationToken cancellationToken)
    {
        var writer = NewPlan();
        string[] faults = [];
        try
        {
            using var deadline = new CancellationTokenSource(_definition.Options.Deadline, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            await ReconcileAsync(new WorkItem(resource.Key, [new(CauseKind.External) { Note = "plan" }], 0, TimeSpan.Zero), writer, linked.Token).ConfigureAwait(false);
        }
        catch (ChildrenFailedException exception)
        {
            faults = [.. exception.Children.Select(c => $"{c.Kind.Kind} {c.Key}: {c.Message}")];
        }
        catch (DescriptionException exception)
        {
            faults = [.. exception.Faults];
        }
#pragma warning disable CA1031 // A reconciler may throw anything; a plan says what, and goes on with the next object.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            faults = [exception.Message];
        }
        finally
        {
            _connections.Release(resource.Key);
        }

        return new(Name, _definition.Kind, resource.Key, writer.Changes, faults);
    }

    private PlanWriter NewPlan() => new(_planClient(), _definition.FieldManager);

    /// <summary>Tells what would have been done for an object in report-only mode.</summary>
    private void Report(RawObject resource, PlanWriter plan)
    {
        if (plan.Changes is { Count: > 0 } changes)
        {
            var text = ReportOnly.Describe(changes);
            LogReportOnly(_logger, resource.Key, text);
            _events.Record(resource, new(EventType.Normal, "ReportOnly", $"Would {text}"), Name);
        }
    }
}
