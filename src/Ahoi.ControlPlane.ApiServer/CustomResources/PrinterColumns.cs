using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The columns of a custom kind: its name, then those its definition lists, or the age where it lists none.</summary>
internal sealed class PrinterColumns : ITableColumns
{
    private static readonly JsonList AgeOnly =
    [
        new JsonMap
        {
            ["name"] = "Age",
            ["type"] = "date",
            ["description"] = "When the object was created, as the server says.",
            ["jsonPath"] = ".metadata.creationTimestamp",
        },
    ];

    private readonly List<(TableColumn Column, JsonPathExpression? Path)> _columns = [];

    /// <summary>Makes the columns of a version.</summary>
    /// <param name="columns">The version's additionalPrinterColumns.</param>
    public PrinterColumns(JsonList? columns)
    {
        foreach (var column in (columns is { Count: > 0 } ? columns : AgeOnly).Maps)
        {
            var path = column.Text("jsonPath") ?? "";
            var description = column.Text("description") is { Length: > 0 } text ? text : $"Custom resource definition column (in JSONPath format): {path}";
            _columns.Add((
                new(column.Text("name") ?? "", column.Text("type") ?? "", column.Text("format") ?? "", description, (int)(column.Integer("priority") ?? 0)),
                JsonPathExpression.Parse(path)));
        }

        Columns = [((ITableColumns)NameAndAge.Columns).Columns[0], .. _columns.Select(c => c.Column)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <inheritdoc/>
    public JsonList Cells(JsonMap value, DateTimeOffset now)
    {
        var cells = new JsonList(_columns.Count + 1) { value.Map("metadata")?["name"] ?? "" };
        foreach (var (column, path) in _columns)
        {
            var found = path?.Find(value);
            cells.Add(found is { Count: > 0 } ? Cell(column.Type, found[0], now) : null);
        }

        return cells;
    }

    private static object? Cell(string type, object? value, DateTimeOffset now) => (type, value) switch
    {
        ("string", null) => "<no value>",
        (_, null) => null,
        ("string", string text) => text,
        ("string", bool flag) => flag ? "true" : "false",
        ("string", JsonMap or JsonList) => JsonTree.ToText(Sorted(value))
            .Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal),
        ("string", _) => JsonTree.ToText(value),
        ("integer", long integer) => integer,
        ("integer", double number) => (long)number,
        ("number", long integer) => (double)integer,
        ("number", double number) => number,
        ("boolean", bool flag) => flag,
        ("date", "" or "null") => "<unknown>",
        ("date", string text) => ScalarText.Time(text) is { } time
            ? Age(now - DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))
            : "<invalid>",
        _ => null,
    };

    // As Go writes objects: the keys in order.
    private static object? Sorted(object? value) => value switch
    {
        JsonMap map => Sorted(map),
        JsonList list => new JsonList(list.Select(Sorted)),
        _ => value,
    };

    private static JsonMap Sorted(JsonMap map)
    {
        var sorted = new JsonMap(map.Count);
        foreach (var (key, item) in map.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            sorted[key] = Sorted(item);
        }

        return sorted;
    }

    private static string Age(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < 0)
        {
            return seconds < -1 ? "<invalid>" : "0s";
        }

        var (minutes, hours) = (seconds / 60, seconds / 3600);
        return seconds < 120 ? $"{seconds}s"
            : minutes < 10 ? Two(minutes, "m", seconds % 60, "s")
            : minutes < 180 ? $"{minutes}m"
            : hours < 8 ? Two(hours, "h", minutes % 60, "m")
            : hours < 48 ? $"{hours}h"
            : hours < 192 ? Two(hours / 24, "d", hours % 24, "h")
            : hours < 24 * 365 * 2 ? $"{hours / 24}d"
            : hours < 24 * 365 * 8 ? Two(hours / 24 / 365, "y", hours / 24 % 365, "d")
            : $"{hours / 24 / 365}y";

        static string Two(long whole, string unit, long rest, string smaller) => rest == 0 ? $"{whole}{unit}" : $"{whole}{unit}{rest}{smaller}";
    }
}
