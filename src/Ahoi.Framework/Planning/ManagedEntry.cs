using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>What an object's managed fields say of one manager.</summary>
internal static class ManagedEntry
{
    /// <summary>The fields a manager has applied, or null where it has applied none.</summary>
    public static JsonMap? Applied(RawObject live, string manager, string subresource = "")
    {
        foreach (var entry in Entries(live))
        {
            if (entry.Text("manager") == manager && entry.Text("operation") == "Apply" && (entry.Text("subresource") ?? "") == subresource)
            {
                return entry.Map("fieldsV1");
            }
        }

        return null;
    }

    /// <summary>Whether a manager owns anything of an object.</summary>
    public static bool Owns(RawObject live, string manager) => Entries(live).Any(e => e.Text("manager") == manager);

    private static IEnumerable<JsonMap> Entries(RawObject live)
    {
        if (live.ManagedFieldsJson.IsEmpty)
        {
            return [];
        }

        try
        {
            return JsonTree.Parse(live.ManagedFieldsJson.Span) is JsonList entries ? entries.Maps : [];
        }
        catch (JsonException)
        {
            return []; // Nothing is known then, and an apply sets it right.
        }
    }
}
