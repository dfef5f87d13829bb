using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>Takes the directives out of a part of a strategic merge patch that meets nothing in the object.</summary>
internal static class PatchDirectives
{
    /// <summary>Copies a value without directives, without what they delete, and without the nulls of maps.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The copy; <see langword="null"/> where a directive deletes it.</returns>
    public static object? Strip(object? value)
    {
        switch (value)
        {
            case JsonMap map:
                if (map.Text(StrategicMergePatch.Directive) == "delete")
                {
                    return null;
                }

                var copy = new JsonMap(map.Count);
                foreach (var (name, item) in map)
                {
                    if (item is not null && !IsDirective(name) && Strip(item) is { } kept)
                    {
                        copy[name] = kept;
                    }
                }

                return copy;
            case JsonList list:
                var items = new JsonList(list.Count);
                foreach (var item in list)
                {
                    if (item is JsonMap directive && directive.ContainsKey(StrategicMergePatch.Directive))
                    {
                        continue;
                    }

                    items.Add(Strip(item));
                }

                return items;
            default:
                return value;
        }
    }

    private static bool IsDirective(string name) =>
        name is StrategicMergePatch.Directive or StrategicMergePatch.RetainKeys
        || name.StartsWith(StrategicMergePatch.DeletePrefix, StringComparison.Ordinal)
        || name.StartsWith(StrategicMergePatch.OrderPrefix, StringComparison.Ordinal);
}
