using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Removes what an applier has left out since its last configuration and nobody else owns.</summary>
internal static class ApplyPruning
{
    /// <summary>Prunes a merged object.</summary>
    /// <param name="merged">The live object with the new configuration laid over it.</param>
    /// <param name="last">What the applier owned.</param>
    /// <param name="owned">What everybody owns now, the applier's new configuration included.</param>
    /// <param name="schema">The object's type.</param>
    /// <returns>The pruned object.</returns>
    public static JsonMap Prune(JsonMap merged, FieldSet last, IEnumerable<FieldSet> owned, Schema? schema)
    {
        var lastNamed = FieldSets.WithNamedFields(last, schema);
        var pruned = ObjectMerge.Remove(merged, lastNamed, schema);

        // What somebody owns comes back, together with what it hangs on.
        var everybody = new FieldSet();
        foreach (var set in owned)
        {
            everybody = everybody.Union(set);
        }

        var ofMerged = FieldSets.WithNamedFields(FieldSets.Of(merged, schema), schema);
        var kept = FieldSets.WithNamedFields(FieldSets.Of(pruned, schema), schema).Union(FieldSets.WithNamedFields(everybody, schema));
        pruned = ObjectMerge.Remove(merged, ofMerged.Except(kept), schema);

        // What went with its parent without having been the applier's comes back too.
        var left = FieldSets.WithNamedFields(FieldSets.Of(pruned, schema), schema);
        return ObjectMerge.Remove(merged, ofMerged.Except(left).Intersect(lastNamed), schema);
    }
}
