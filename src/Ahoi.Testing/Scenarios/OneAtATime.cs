using System.Collections.Concurrent;
using Ahoi.Framework.Controllers;

namespace Ahoi.Testing.Scenarios;

/// <summary>Notices where one object is reconciled twice at the same time by one controller.</summary>
internal sealed class OneAtATime(Action<string> wrong) : IReconcileStep
{
    private readonly ConcurrentDictionary<string, bool> _running = new(StringComparer.Ordinal);

    public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
    {
        var name = Begin(context);
        try
        {
            return await next(context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(name, out _);
        }
    }

    public async ValueTask<Finalization> FinalizeAsync(ReconcileContext context, FinalizeDelegate next, CancellationToken cancellationToken)
    {
        var name = Begin(context);
        try
        {
            return await next(context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(name, out _);
        }
    }

    private string Begin(ReconcileContext context)
    {
        var name = $"{context.Controller}: {context.Raw.Kind} {context.Key}";
        if (!_running.TryAdd(name, true))
        {
            wrong($"{name} is reconciled twice at one time");
        }

        return name;
    }
}
