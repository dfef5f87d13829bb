using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Lays a configuration over an object of its kind as an apply does, without an owner.</summary>
internal sealed class ObjectOverlay
{
    private readonly Schema? _schema;
    private readonly bool _isCustom;

    /// <summary>Makes an overlay for a kind.</summary>
    /// <param name="schema">The version's type; <see langword="null"/> for a custom kind without a schema.</param>
    /// <param name="isCustom">Whether the kind is custom.</param>
    public ObjectOverlay(Schema? schema, bool isCustom)
    {
        _isCustom = isCustom;
        _schema = schema?.ForField();
        if (_schema is not null)
        {
            _schema.EmbeddedResource = true; // Type and metadata belong to every object, though custom schemas rarely mention them.
        }
    }

    /// <summary>Finds why a configuration does not fit the type.</summary>
    public string? FindFault(JsonMap configuration) => AppliedConfiguration.FindFault(configuration, _schema, !_isCustom);

    /// <summary>Finds the lists and maps of a configuration that would not be merged but replaced whole.</summary>
    /// <returns>Their paths.</returns>
    public IReadOnlyList<string> FindAtomics(JsonMap configuration)
    {
        var found = new List<string>();
        Walk(configuration, _schema, new(), found);
        return found;
    }

    /// <summary>Merges a configuration into an object.</summary>
    /// <returns>The merged object; it may share parts with both.</returns>
    public JsonMap Merge(JsonMap value, JsonMap configuration) => ObjectMerge.Merge(value, configuration, _schema);

    private static void Walk(object? value, Schema? schema, FieldTrail trail, List<string> found)
    {
        if (value is JsonMap or JsonList && FieldTypes.KindOf(schema, value, value) == MergeKind.Leaf)
        {
            found.Add($".{trail}");
        }

        switch (value)
        {
            case JsonMap map:
                foreach (var (name, item) in map)
                {
                    if (FieldTypes.IsDeclared(schema, name, out var field))
                    {
                        trail.Push(name);
                        Walk(item, field, trail, found);
                        trail.Pop();
                    }
                }

                break;
            case JsonList list:
                for (var i = 0; i < list.Count; i++)
                {
                    trail.Push(i);
                    Walk(list[i], schema?.Items, trail, found);
                    trail.Pop();
                }

                break;
        }
    }
}
