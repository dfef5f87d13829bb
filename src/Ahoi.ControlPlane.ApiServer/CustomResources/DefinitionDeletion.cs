using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>How the deletion of a definition begins: it stays until its objects are gone.</summary>
internal static class DefinitionDeletion
{
    /// <summary>Marks a definition as being deleted.</summary>
    /// <param name="definition">The definition; changed in place.</param>
    /// <param name="now">The time.</param>
    public static void Begin(JsonMap definition, DateTimeOffset now)
    {
        var metadata = definition.EnsureMap("metadata");
        metadata["deletionTimestamp"] ??= ApiTime.Write(now);
        var finalizers = metadata.EnsureList("finalizers");
        if (!finalizers.Contains(DefinitionStrategy.CleanupFinalizer))
        {
            finalizers.Add(DefinitionStrategy.CleanupFinalizer);
        }

        DefinitionConditions.Set(
            definition, DefinitionConditions.Terminating, "True", "InstanceDeletionPending", "the objects of this kind will be deleted first", now);
    }

    /// <summary>Gets whether a definition is being deleted and waits for its objects.</summary>
    /// <param name="definition">The definition.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsWaiting(JsonMap definition) =>
        definition.Map("metadata") is { } metadata
        && metadata["deletionTimestamp"] is not null
        && metadata.List("finalizers")?.Contains(DefinitionStrategy.CleanupFinalizer) == true;

    /// <summary>Says that the objects are gone and lets the definition go.</summary>
    /// <param name="definition">The definition; changed in place.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether nothing else holds it.</returns>
    public static bool Finish(JsonMap definition, DateTimeOffset now)
    {
        DefinitionConditions.Set(definition, DefinitionConditions.Terminating, "False", "InstanceDeletionCompleted", "every object of this kind is gone", now);
        var finalizers = definition.EnsureMap("metadata").EnsureList("finalizers");
        finalizers.Remove(DefinitionStrategy.CleanupFinalizer);
        if (finalizers.Count > 0)
        {
            return false;
        }

        definition.EnsureMap("metadata").Remove("finalizers");
        return true;
    }
}
