using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>
/// The annotation in which kubectl's client-side apply keeps its last configuration. An object that was managed that way
/// moves to server-side apply without conflicts where it still says what the annotation says.
/// </summary>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Gets whether every conflict is about a field that the annotation set to what it still is.</summary>
    /// <param name="live">The stored object.</param>
    /// <param name="conflicts">The conflicts.</param>
    /// <param name="schema">The object's type.</param>
    /// <returns>Whether the conflicts may be ignored.</returns>
    public static bool Excuses(JsonMap live, IEnumerable<(ManagerEntry Entry, FieldSet Fields)> conflicts, Schema? schema)
    {
        if (live.Map("metadata")?.Map("annotations")?.Text(Annotation) is not { } text || Parse(text) is not { } last)
        {
            return false;
        }

        var comparison = Comparison.Of(last, live, schema);
        var excused = FieldSets.Of(last, schema).Except(comparison.Modified).Except(comparison.Removed);
        return conflicts.All(c => c.Fields.Except(excused).IsEmpty);
    }

    /// <summary>Keeps the annotation of an object up to date, if it has one.</summary>
    /// <param name="merged">The object.</param>
    /// <param name="applied">The configuration.</param>
    public static void Update(JsonMap merged, JsonMap applied)
    {
        if (merged.Map("metadata")?.Map("annotations") is not { } annotations || !annotations.ContainsKey(Annotation))
        {
            return;
        }

        var copy = applied.DeepClone();
        copy.Map("metadata")?.Map("annotations")?.Remove(Annotation);
        annotations[Annotation] = copy + "\n";
    }

    private static JsonMap? Parse(string text)
    {
        try
        {
            return JsonTree.Parse(Encoding.UTF8.GetBytes(text)) as JsonMap;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
