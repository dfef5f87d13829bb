using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>
/// Carries the ownership of an object's replicas to its Scale and back, so that writing the Scale moves just that
/// field.
/// </summary>
/// <param name="paths">The dotted path of the replicas by the object's apiVersion, as in <c>spec.replicas</c>; <see langword="null"/> for a version without scale.</param>
/// <param name="version">The apiVersion of the request.</param>
internal sealed class ScaleOwnership(IReadOnlyDictionary<string, string?> paths, string version)
{
    private const string ScaleVersion = "autoscaling/v1";
    private const string ScalePath = "spec.replicas";

    /// <summary>Gets the managed fields of a Scale.</summary>
    /// <param name="parent">The object's managed fields.</param>
    /// <returns>An entry for everybody who owns the replicas.</returns>
    public JsonList ToScale(JsonList? parent)
    {
        var entries = new List<ManagerEntry>();
        foreach (var entry in (ManagerEntry.Decode(parent ?? []) ?? []).Values)
        {
            if (paths.GetValueOrDefault(entry.Version) is { } path && Has(entry.Fields, path))
            {
                entries.Add(ManagerEntry.Of(
                    entry.Id.Name, entry.Id.IsApply, ScaleVersion, entry.Id.Subresource, FieldSet.OfPaths([ScalePath]), entry.Time));
            }
        }

        return ManagerEntry.Encode(entries);
    }

    /// <summary>Gets the managed fields of the object after its Scale was written.</summary>
    /// <param name="parent">The object's managed fields as they were.</param>
    /// <param name="scale">The Scale's managed fields as they are now.</param>
    /// <returns>The object's new managed fields.</returns>
    public JsonList ToParent(JsonList? parent, JsonList? scale)
    {
        var owners = (ManagerEntry.Decode(scale ?? []) ?? []).Values.ToDictionary(e => Key(e.Id), e => e);
        var entries = new List<ManagerEntry>();
        foreach (var entry in (ManagerEntry.Decode(parent ?? []) ?? []).Values)
        {
            if (!paths.TryGetValue(entry.Version, out var path))
            {
                continue;
            }

            if (path is null || !Has(entry.Fields, path) || owners.Remove(Key(entry.Id)))
            {
                entries.Add(entry);
                continue;
            }

            var left = entry.Fields.Except(FieldSet.OfPaths([path]));
            if (!left.IsEmpty)
            {
                entries.Add(entry with { Fields = left });
            }
        }

        foreach (var owner in owners.Values)
        {
            if (Has(owner.Fields, ScalePath) && paths.GetValueOrDefault(version) is { } path)
            {
                entries.Add(ManagerEntry.Of(
                    owner.Id.Name, owner.Id.IsApply, version, owner.Id.Subresource, FieldSet.OfPaths([path]), time: null)); // As kube-apiserver has it.
            }
        }

        return ManagerEntry.Encode(entries);
    }

    private static (string Name, bool IsApply, string Subresource) Key(ManagerId id) => (id.Name, id.IsApply, id.Subresource);

    private static bool Has(FieldSet set, string path) => !set.Intersect(FieldSet.OfPaths([path])).IsEmpty;
}
