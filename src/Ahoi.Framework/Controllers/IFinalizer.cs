namespace Ahoi.Framework.Controllers;

/// <summary>
/// Cleans up behind an object that goes away. A reconciler that implements this too gets a finalizer, which is on the object
/// before the first effect of a reconcile and goes when <see cref="FinalizeAsync"/> says that it is done.
/// </summary>
/// <typeparam name="T">The type of the objects.</typeparam>
public interface IFinalizer<in T>
    where T : class
{
    /// <summary>Cleans up, or looks how far the cleaning is. It must be fine to be called again.</summary>
    /// <param name="resource">The object, which is being deleted.</param>
    /// <param name="context">Reads from the cache, and what else a reconcile has at hand.</param>
    /// <param name="cancellationToken">Ends the reconcile.</param>
    /// <returns>Whether the object may go.</returns>
    ValueTask<Finalization> FinalizeAsync(T resource, ReconcileContext context, CancellationToken cancellationToken);
}
