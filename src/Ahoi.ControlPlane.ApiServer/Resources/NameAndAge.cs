using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>The table of kinds that have none of their own.</summary>
internal sealed class NameAndAge : ITableColumns
{
    public static readonly NameAndAge Columns = new();

    private static readonly TableColumn[] Own =
    [
        new("Name", "string", "name", "The object's name, unique for its kind and namespace.", 0),
        new("Created At", "date", "", "When the object was created, in UTC.", 0),
    ];

    IReadOnlyList<TableColumn> ITableColumns.Columns => Own;

    public JsonList Cells(JsonMap value, DateTimeOffset now) =>
        [value.Map("metadata")?["name"] ?? "", value.Map("metadata")?["creationTimestamp"] ?? "<unknown>"];

    /// <summary>Reads a time of the API.</summary>
    public static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
