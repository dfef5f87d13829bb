namespace Ahoi.Api.Json;

/// <summary>What tells two JSON maps apart.</summary>
public static class JsonDifference
{
    /// <summary>Makes the JSON merge patch (RFC 7386) that turns one map into another.</summary>
    /// <param name="before">The map as it is.</param>
    /// <param name="after">The map as it should be; a value that is <see langword="null"/> is as good as none.</param>
    /// <returns>The patch; empty where nothing differs.</returns>
    public static JsonMap Between(JsonMap before, JsonMap after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var change = new JsonMap();
        foreach (var (key, value) in after)
        {
            if (value is null)
            {
                continue;
            }

            if (value is JsonMap map && before[key] is JsonMap was)
            {
                if (Between(was, map) is { Count: > 0 } inner)
                {
                    change[key] = inner;
                }
            }
            else if (!JsonTree.Equals(before[key], value))
            {
                change[key] = JsonTree.DeepClone(value);
            }
        }

        foreach (var key in before.Keys)
        {
            if (before[key] is not null && after[key] is null)
            {
                change[key] = null;
            }
        }

        return change;
    }
}
