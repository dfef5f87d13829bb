using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>The table of kinds that have none of their own.</summary>
internal sealed class NameAndAge : ITableColumns
{
    public static readonly NameAndAge Columns = new();

    private static readonly TableColumn[] Own =
    [
        new("Name", "string", "name", "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names", 0),
        new("Created At", "date", "", "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.", 0),
    ];

    IReadOnlyList<TableColumn> ITableColumns.Columns => Own;

    public JsonList Cells(JsonMap value, DateTimeOffset now) =>
        [value.Map("metadata")?["name"] ?? "", value.Map("metadata")?["creationTimestamp"] ?? "<unknown>"];

    /// <summary>Reads a time of the API.</summary>
    public static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
