using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>JSON merge patch (RFC 7386).</summary>
internal static class MergePatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="target">The document; not changed.</param>
    /// <param name="patch">The parsed patch.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for a patch that is not an object.</exception>
    public static JsonMap Apply(JsonMap target, object? patch)
    {
        ArgumentNullException.ThrowIfNull(target);
        return patch is JsonMap map
            ? Merge(target.DeepClone(), map)
            : throw PatchFailure.Malformed("A merge patch must be a JSON object.");
    }

    private static JsonMap Merge(JsonMap target, JsonMap patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonMap map && target[name] is JsonMap known)
            {
                Merge(known, map);
            }
            else
            {
                target[name] = WithoutNulls(value);
            }
        }

        return target;
    }

    /// <summary>Copies what is new, without the nulls of its maps: there is nothing for them to delete.</summary>
    private static object? WithoutNulls(object? value)
    {
        switch (value)
        {
            case JsonMap map:
                var copy = new JsonMap(map.Count);
                foreach (var (name, item) in map)
                {
                    if (item is not null)
                    {
                        copy[name] = WithoutNulls(item);
                    }
                }

                return copy;
            case JsonList list:
                return new JsonList(list.Select(WithoutNulls));
            default:
                return value;
        }
    }
}
