namespace Ahoi.Framework.Controllers;

/// <summary>Describes what should be there for the object of a context.</summary>
/// <param name="context">The object, and what else a reconcile has at hand.</param>
/// <param name="cancellationToken">Ends the reconcile.</param>
/// <returns>The description.</returns>
public delegate ValueTask<Description> ReconcileDelegate(ReconcileContext context, CancellationToken cancellationToken);

/// <summary>Cleans up behind the object of a context.</summary>
/// <param name="context">The object, and what else a reconcile has at hand.</param>
/// <param name="cancellationToken">Ends the reconcile.</param>
/// <returns>How far the cleaning is.</returns>
public delegate ValueTask<Finalization> FinalizeDelegate(ReconcileContext context, CancellationToken cancellationToken);

/// <summary>
/// A step around reconciles, of one controller or of all of an operator. It may look before and after, add to the
/// description or change it, or answer by itself without asking what comes next. Steps run in the order in which they were
/// added, the operator's before the controller's; one instance serves all objects.
/// </summary>
public interface IReconcileStep
{
    /// <summary>Takes part in a reconcile.</summary>
    /// <param name="context">The object, and what else a reconcile has at hand.</param>
    /// <param name="next">The steps that follow, and at last the reconciler. Not calling it leaves them out.</param>
    /// <param name="cancellationToken">Ends the reconcile.</param>
    /// <returns>The description; the one of <paramref name="next"/>, as a rule.</returns>
    ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken);

    /// <summary>Takes part in the cleaning up behind an object that goes away.</summary>
    /// <param name="context">The object, and what else a reconcile has at hand.</param>
    /// <param name="next">The steps that follow, and at last the finalizer.</param>
    /// <param name="cancellationToken">Ends the reconcile.</param>
    /// <returns>How far the cleaning is; what <paramref name="next"/> says, where a step does not override it.</returns>
    ValueTask<Finalization> FinalizeAsync(ReconcileContext context, FinalizeDelegate next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next(context, cancellationToken);
    }
}
