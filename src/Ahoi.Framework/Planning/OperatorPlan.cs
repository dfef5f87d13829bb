namespace Ahoi.Framework.Planning;

/// <summary>What an operator would do to a cluster as it is now.</summary>
/// <param name="Objects">What would be done for each object, those without a change or fault left out.</param>
/// <param name="Reconciled">How many objects were looked at.</param>
/// <param name="Notes">What could not be looked at, and why: kinds that the cluster does not serve yet, for example.</param>
public sealed record OperatorPlan(IReadOnlyList<ObjectPlan> Objects, int Reconciled, IReadOnlyList<string> Notes)
{
    /// <summary>Gets whether nothing would be written.</summary>
    public bool IsEmpty => Objects.All(o => o.Changes.Count == 0);

    /// <summary>Gets whether anything could not be planned.</summary>
    public bool HasFaults => Objects.Any(o => o.Faults.Count > 0);
}
