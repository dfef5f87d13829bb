namespace Ahoi.Framework.Controllers;

/// <summary>A reconciler that is a function.</summary>
internal sealed class FunctionReconciler<T>(Func<T, ReconcileContext, CancellationToken, ValueTask<Description>> reconcile) : IReconciler<T>
    where T : class
{
    public ValueTask<Description> ReconcileAsync(T resource, ReconcileContext context, CancellationToken cancellationToken) =>
        reconcile(resource, context, cancellationToken);
}
