using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Tells whether a value has fields its schema does not know, and drops them.</summary>
internal static class SchemaPruning
{
    /// <summary>Drops unknown fields.</summary>
    /// <param name="value">The value; changed in place.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="isResource">Whether the value is a whole object, so that its apiVersion, kind and metadata stay.</param>
    /// <returns>Whether anything was dropped.</returns>
    public static bool Prune(object? value, ValueSchema? schema, bool isResource)
    {
        var pruned = false;
        switch (value)
        {
            case JsonList list:
                foreach (var item in list)
                {
                    pruned |= Prune(item, schema?.Items, schema?.Items?.EmbeddedResource == true);
                }

                break;
            case JsonMap map:
                foreach (var key in map.Keys.ToArray())
                {
                    if (isResource && key is ("apiVersion" or "kind" or "metadata"))
                    {
                        continue;
                    }

                    if (schema?.Entry(key) is { } entry)
                    {
                        pruned |= Prune(map[key], entry, entry.EmbeddedResource);
                    }
                    else if (schema is null or { PreserveUnknownFields: false, AdditionalProperties: null } && !(schema is not null && schema.Source.Flag("additionalProperties") == true))
                    {
                        map.Remove(key);
                        pruned = true;
                    }
                }

                break;
        }

        return pruned;
    }
}
