namespace Ahoi.Framework.Planning;

/// <summary>A reconciler tried to write by itself while it was only being planned.</summary>
/// <param name="request">The request.</param>
public sealed class PlanOnlyException(string request)
    : InvalidOperationException($"'{request}' would write, and this reconcile is only planned. Describe children instead, or look at ReconcileContext.IsPlan first.");
