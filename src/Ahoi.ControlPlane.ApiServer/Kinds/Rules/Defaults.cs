using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rules;

/// <summary>Fills in what is missing.</summary>
internal static class Defaults
{
    /// <summary>Sets a field that is missing, null or the empty string.</summary>
    public static void Default(this JsonMap map, string field, object? value)
    {
        if (map[field] is null or "")
        {
            map[field] = value;
        }
    }

    /// <summary>Sets a number that is missing or zero.</summary>
    public static void DefaultZero(this JsonMap map, string field, long value)
    {
        if (map[field] is null or 0L)
        {
            map[field] = value;
        }
    }

    /// <summary>Gets the maps in a list, nothing where there is none.</summary>
    public static IEnumerable<JsonMap> Maps(this JsonMap map, string field) => map.List(field)?.OfType<JsonMap>() ?? [];
}
