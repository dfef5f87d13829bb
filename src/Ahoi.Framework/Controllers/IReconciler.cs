namespace Ahoi.Framework.Controllers;

/// <summary>
/// Says what should be there for one object. It is asked whenever something it depends on may have changed, never twice at
/// once for the same object, and it does not learn what happened: it looks at the object and describes. The framework
/// compares the description with the cluster and writes the differences.
/// </summary>
/// <typeparam name="T">The type of the objects: a plain type with <see cref="Definitions.KubernetesObjectAttribute"/>, a
/// model class of a registered family, or <see cref="Api.Json.JsonMap"/>.</typeparam>
public interface IReconciler<in T>
    where T : class
{
    /// <summary>Describes what should be there for <paramref name="resource"/>.</summary>
    /// <param name="resource">The object; this copy is the reconciler's own.</param>
    /// <param name="context">Reads from the cache, and what else a reconcile has at hand.</param>
    /// <param name="cancellationToken">Ends the reconcile, at its deadline for example.</param>
    /// <returns>The description. Children of former descriptions that are not in it are deleted.</returns>
    ValueTask<Description> ReconcileAsync(T resource, ReconcileContext context, CancellationToken cancellationToken);
}
