using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>Who a <see cref="ManagerEntry"/> belongs to. Appliers are the same at every version, updaters are not.</summary>
/// <param name="Name">The field manager.</param>
/// <param name="IsApply">Whether the operation is Apply.</param>
/// <param name="Version">The apiVersion of an updater, empty for an applier.</param>
/// <param name="Subresource">The subresource, or the empty string.</param>
internal readonly record struct ManagerId(string Name, bool IsApply, string Version, string Subresource);

/// <summary>One entry of <c>metadata.managedFields</c>, decoded.</summary>
/// <param name="Id">Whose it is.</param>
/// <param name="Version">The apiVersion that the fields are at.</param>
/// <param name="Fields">The fields.</param>
/// <param name="Time">When the set last changed, as written, or <see langword="null"/>.</param>
internal sealed record ManagerEntry(ManagerId Id, string Version, FieldSet Fields, string? Time)
{
    /// <summary>Makes an entry.</summary>
    /// <param name="name">The field manager.</param>
    /// <param name="isApply">Whether the operation is Apply.</param>
    /// <param name="version">The apiVersion.</param>
    /// <param name="subresource">The subresource, or the empty string.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="time">The time, or <see langword="null"/>.</param>
    /// <returns>The entry.</returns>
    public static ManagerEntry Of(string name, bool isApply, string version, string subresource, FieldSet fields, string? time) =>
        new(new(name, isApply, isApply ? "" : version, subresource), version, fields, time);

    /// <summary>Reads the managed fields of an object.</summary>
    /// <param name="list">The list.</param>
    /// <returns>The entries; <see langword="null"/> if one of them is not valid.</returns>
    public static Dictionary<ManagerId, ManagerEntry>? Decode(JsonList list)
    {
        var entries = new Dictionary<ManagerId, ManagerEntry>(list.Count);
        foreach (var item in list)
        {
            if (item is not JsonMap map
                || map.Text("operation") is not ("Apply" or "Update")
                || map.Text("apiVersion") is not { Length: > 0 } version
                || map.Text("fieldsType") != "FieldsV1"
                || FieldSet.Parse(map.Map("fieldsV1") ?? []) is not { } fields)
            {
                return null;
            }

            var entry = Of(
                map.Text("manager") ?? "", map.Text("operation") == "Apply", version, map.Text("subresource") ?? "", fields, map.Text("time"));
            entries[entry.Id] = entry;
        }

        return entries;
    }

    /// <summary>Writes entries in the order in which objects carry them.</summary>
    /// <param name="entries">The entries.</param>
    /// <returns>The list.</returns>
    public static JsonList Encode(IEnumerable<ManagerEntry> entries)
    {
        var sorted = entries.ToArray();
        Array.Sort(sorted, Compare);
        var list = new JsonList(sorted.Length);
        foreach (var entry in sorted)
        {
            list.Add(entry.ToJson());
        }

        return list;
    }

    /// <summary>Gets the time as seconds since 1970, 0 where there is none.</summary>
    /// <returns>The seconds.</returns>
    public long Seconds() =>
        Time is not null && DateTimeOffset.TryParse(Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds()
            : 0;

    private static int Compare(ManagerEntry left, ManagerEntry right)
    {
        if (left.Id.IsApply != right.Id.IsApply)
        {
            return left.Id.IsApply ? -1 : 1;
        }

        var order = left.Seconds().CompareTo(right.Seconds());
        order = order != 0 ? order : string.CompareOrdinal(left.Id.Name, right.Id.Name);
        order = order != 0 ? order : string.CompareOrdinal(left.Version, right.Version);
        return order != 0 ? order : string.CompareOrdinal(left.Id.Subresource, right.Id.Subresource);
    }

    private JsonMap ToJson()
    {
        var json = new JsonMap(7);
        if (Id.Name.Length > 0)
        {
            json["manager"] = Id.Name;
        }

        json["operation"] = Id.IsApply ? "Apply" : "Update";
        json["apiVersion"] = Version;
        if (Time is not null)
        {
            json["time"] = Time;
        }

        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = Fields.ToJson();
        if (Id.Subresource.Length > 0)
        {
            json["subresource"] = Id.Subresource;
        }

        return json;
    }
}
