using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>How objects of a kind are shown in rows, as kubectl prints them.</summary>
internal sealed class KindTable : ITableColumns
{
    private readonly Func<JsonMap, DateTimeOffset, object?[]> _cells;

    private KindTable(IReadOnlyList<TableColumn> columns, Func<JsonMap, DateTimeOffset, object?[]> cells)
    {
        Columns = columns;
        _cells = cells;
    }

    /// <summary>Gets the columns.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>Gets the cells of one object's row, one for each column.</summary>
    /// <param name="value">The object.</param>
    /// <param name="now">The time that ages are counted to.</param>
    /// <returns>The cells.</returns>
    public JsonList Cells(JsonMap value, DateTimeOffset now) => [.. _cells(value, now)];

    /// <summary>Gets the conditions of an object's row: a pod that has ended is marked as completed.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The conditions, or <see langword="null"/>.</returns>
    public JsonList? Conditions(JsonMap value)
    {
        if (value.Text("kind") != "Pod" || value.At("status", "phase") is not ("Succeeded" or "Failed"))
        {
            return null;
        }

        var phase = value.Map("status")!.Text("phase");
        return
        [
            new JsonMap
            {
                ["type"] = "Completed", ["status"] = "True", ["reason"] = phase,
                ["message"] = phase == "Succeeded" ? "The pod has completed successfully." : "The pod failed.",
            },
        ];
    }

    /// <summary>Makes a table.</summary>
    /// <param name="columns">The columns, separated by commas: a name, a type after ':' where it is not string, '+' in front for wide output only.</param>
    /// <param name="cells">Gets the cells of an object.</param>
    /// <returns>The table.</returns>
    public static KindTable Of(string columns, Func<JsonMap, DateTimeOffset, object?[]> cells) =>
        new([.. columns.Split(',').Select(Column)], cells);

    private static TableColumn Column(string text)
    {
        var wide = text.StartsWith('+');
        var parts = text.TrimStart('+').Split(':');
        var name = parts[0];
        var description = name switch
        {
            "Name" => "The object's name, unique for its kind and namespace.",
            "Age" => "How long ago the object was created.",
            "Created At" => "When the object was created.",
            _ => $"{name} of the object.",
        };
        return new TableColumn(name, parts.Length > 1 ? parts[1] : "string", name == "Name" ? "name" : "", description, wide ? 1 : 0);
    }
}
