using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>One pruning of a custom object; see <see cref="ObjectDecoder.Prune"/>.</summary>
/// <param name="unknownFields">Collects the paths of pruned fields, or <see langword="null"/>.</param>
internal sealed class StructuralPruner(ICollection<string>? unknownFields)
{
    private readonly FieldTrail _trail = new();

    /// <summary>Prunes a whole object or an embedded one.</summary>
    /// <param name="value">The object.</param>
    /// <param name="schema">Its schema, or <see langword="null"/> where everything is kept.</param>
    public void PruneObject(JsonMap value, Schema? schema)
    {
        DecodeTypeAndMetadata(value);
        if (schema is not null && !schema.PreserveUnknownFields)
        {
            PruneMap(value, schema, isResource: true);
        }
        else if (schema is not null)
        {
            PruneKnown(value, schema, isResource: true);
        }
    }

    private void DecodeTypeAndMetadata(JsonMap value)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (value.TryGetValue(name, out var given) && given is not string)
            {
                throw new DecodingException(_trail.To(name), "must be a string");
            }
        }

        if (!value.TryGetValue("metadata", out var metadata) || metadata is null)
        {
            return;
        }

        _trail.Push("metadata");
        if (metadata is not JsonMap map)
        {
            throw new DecodingException(_trail.ToString(), "must be an object");
        }

        TypeDecoder.Within(unknownFields, _trail).DecodeStruct(map, BuiltInSchemas.ObjectMeta);
        _trail.Pop();
    }

    private void Prune(object? value, Schema? schema)
    {
        if (schema is null)
        {
            return;
        }

        switch (value)
        {
            case JsonMap map when schema.EmbeddedResource:
                PruneObject(map, schema);
                break;
            case JsonMap map when schema.PreserveUnknownFields:
                PruneKnown(map, schema, isResource: false);
                break;
            case JsonMap map:
                PruneMap(map, schema, isResource: false);
                break;
            case JsonList list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is JsonMap or JsonList)
                    {
                        _trail.Push(i);
                        Prune(list[i], items);
                        _trail.Pop();
                    }
                }

                break;
        }
    }

    private void PruneMap(JsonMap map, Schema schema, bool isResource)
    {
        List<string>? gone = null;
        foreach (var (name, given) in map)
        {
            if (isResource && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (!schema.Properties.TryGetValue(name, out var field) && (field = schema.AdditionalProperties) is null)
            {
                _trail.Note(unknownFields, name);
                (gone ??= []).Add(name);
                continue;
            }

            Descend(name, given, field);
        }

        foreach (var name in gone ?? [])
        {
            map.Remove(name);
        }
    }

    /// <summary>Prunes below the declared fields of a map that keeps the others.</summary>
    private void PruneKnown(JsonMap map, Schema schema, bool isResource)
    {
        foreach (var (name, given) in map)
        {
            if (isResource && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (schema.Properties.TryGetValue(name, out var field) || (field = schema.AdditionalProperties) is not null)
            {
                Descend(name, given, field);
            }
        }
    }

    private void Descend(string name, object? given, Schema field)
    {
        if (given is JsonMap or JsonList)
        {
            _trail.Push(name);
            Prune(given, field);
            _trail.Pop();
        }
    }
}
