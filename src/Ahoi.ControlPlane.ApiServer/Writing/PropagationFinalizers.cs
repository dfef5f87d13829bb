using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Records in finalizers what is to become of a deleted object's dependents.</summary>
internal static class PropagationFinalizers
{
    private const string Orphan = "orphan";
    private const string Foreground = "foregroundDeletion";

    /// <summary>Gets the finalizers an object has once it is deleted with some options.</summary>
    /// <returns>The new finalizers, or <see langword="null"/> if nothing changes.</returns>
    public static JsonList? Changed(ServedResource resource, JsonMap value, DeletionOptions options)
    {
        var had = value.Map("metadata")?.List("finalizers")?.Texts.ToArray() ?? [];
        var kept = had.Where(f => f is not (Orphan or Foreground)).ToList();
        if (Orphans(resource, had, options))
        {
            kept.Add(Orphan);
        }

        if (WaitsForDependents(had, options))
        {
            kept.Add(Foreground);
        }

        return kept.ToHashSet(StringComparer.Ordinal).SetEquals(had) ? null : new JsonList(kept);
    }

    private static bool Orphans(ServedResource resource, string[] had, DeletionOptions options)
    {
        if (options.OrphanDependents is { } orphan)
        {
            return orphan;
        }

        if (options.Propagation is { } policy)
        {
            return policy == "Orphan";
        }

        return Array.Find(had, f => f is Orphan or Foreground) switch
        {
            Orphan => true,
            Foreground => false,
            _ => resource.Strategy.DefaultPropagation == "Orphan",
        };
    }

    private static bool WaitsForDependents(string[] had, DeletionOptions options)
    {
        if (options.OrphanDependents is not null)
        {
            return false;
        }

        if (options.Propagation is { } policy)
        {
            return policy == "Foreground";
        }

        return Array.Find(had, f => f is Orphan or Foreground) == Foreground;
    }
}
