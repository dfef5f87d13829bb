using Ahoi.Api.Json;

namespace Ahoi.Framework.Controllers.Steps;

/// <summary>Labels every child with <c>app.kubernetes.io/managed-by</c>, as the Kubernetes documentation recommends
/// (Recommended Labels). A child that has the label keeps its own value.</summary>
/// <param name="value">The label's value, the operator's name as a rule.</param>
public sealed class ManagedByLabel(string value) : IReconcileStep
{
    /// <summary>The label.</summary>
    public const string Label = "app.kubernetes.io/managed-by";

    /// <inheritdoc/>
    public async ValueTask<Description> ReconcileAsync(ReconcileContext context, ReconcileDelegate next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(next);
        var description = await next(context, cancellationToken).ConfigureAwait(false);
        return description.WithEachChild(Mark);
    }

    /// <inheritdoc/>
    public async ValueTask<Finalization> FinalizeAsync(ReconcileContext context, FinalizeDelegate next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(next);
        var finalization = await next(context, cancellationToken).ConfigureAwait(false);
        finalization.Description?.WithEachChild(Mark); // What stays there meanwhile is labelled as ever.
        return finalization;
    }

    private void Mark(JsonMap child)
    {
        var labels = child.EnsureMap("metadata").EnsureMap("labels");
        if (!labels.ContainsKey(Label))
        {
            labels[Label] = value;
        }
    }
}
