using System.Collections.Concurrent;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Tests.Engine;

namespace Ahoi.Framework.Tests.Cluster;

/// <summary>Keeps a line open for each CronTab, to the number its schedule ends with.</summary>
internal class Dialing : IReconciler<CronTab>
{
    private readonly ConcurrentQueue<string> _happened = new();

    public int Runs { get; private set; }

    public IReadOnlyList<string> Happened => [.. _happened];

    public async ValueTask<Description> ReconcileAsync(CronTab resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var line = await context.Connections.GetAsync(
            resource.Spec.CronSpec[^1..],
            (number, _) =>
            {
                _happened.Enqueue($"opened {number}");
                return ValueTask.FromResult(new Line(number, _happened));
            },
            cancellationToken);
        Assert.False(line.IsClosed);
        Runs++;
        return new Description();
    }

    internal sealed class Line(string number, ConcurrentQueue<string> happened) : IAsyncDisposable
    {
        public bool IsClosed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            happened.Enqueue($"closed {number}");
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The same, with a finalizer.</summary>
internal sealed class DialingToTheEnd : Dialing, IFinalizer<CronTab>
{
    public ValueTask<Finalization> FinalizeAsync(CronTab resource, ReconcileContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Finalization.Done);
}
