using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Tables;

/// <summary>Makes tables of objects: what <c>kubectl get</c> shows.</summary>
internal static class TableBuilder
{
    /// <summary>Makes a table.</summary>
    /// <param name="request">The request: its resource's columns, and by <c>includeObject</c> what rows carry.</param>
    /// <param name="values">The objects.</param>
    /// <param name="columns">Whether to say the columns.</param>
    public static JsonMap Build(ApiRequest request, IEnumerable<JsonMap> values, bool columns)
    {
        var include = Included(request);
        var rows = new JsonList();
        JsonMap? only = null;
        foreach (var value in values)
        {
            only = value;
            var row = new JsonMap { ["cells"] = request.Resource.Columns.Cells(value, request.Now) };
            if (request.Resource.Columns.Conditions(value) is { } conditions)
            {
                row["conditions"] = conditions;
            }

            row["object"] = include switch
            {
                "None" => null,
                "Object" => value,
                _ => PartialMetadata.Of(value, request.Form.AsVersion),
            };
            rows.Add(row);
        }

        var metadata = new JsonMap();
        if (rows.Count == 1 && only!.Map("metadata")?["resourceVersion"] is string version)
        {
            metadata["resourceVersion"] = version;
        }

        return Make(request, metadata, columns, rows);
    }

    /// <summary>Makes the table of a bookmark: one row of empty cells that carries the resourceVersion.</summary>
    public static JsonMap Bookmark(ApiRequest request, JsonMap bookmark, bool columns)
    {
        // Cells are those of an object without content, and its age is not known.
        var cells = request.Resource.Columns.Cells(bookmark, request.Now);
        var row = new JsonMap { ["cells"] = cells, ["object"] = Included(request) == "None" ? null : PartialMetadata.Of(bookmark, request.Form.AsVersion) };
        return Make(request, new() { ["resourceVersion"] = bookmark.Map("metadata")?["resourceVersion"] }, columns, [row]);
    }

    /// <summary>Gets what rows are to carry.</summary>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 for an unknown word.</exception>
    public static string Included(ApiRequest request) => request.Query["includeObject"] switch
    {
        null or "" or "Metadata" => "Metadata",
        "None" => "None",
        "Object" => "Object",
        var other => throw ApiErrors.BadRequest($"includeObject must be None, Metadata or Object, not \"{other}\"."),
    };

    private static JsonMap Make(ApiRequest request, JsonMap metadata, bool columns, JsonList rows) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = "meta.k8s.io/" + request.Form.AsVersion,
        ["metadata"] = metadata,
        ["columnDefinitions"] = columns ? Columns(request) : null,
        ["rows"] = rows,
    };

    private static JsonList Columns(ApiRequest request) => new(request.Resource.Columns.Columns.Select(c => new JsonMap
    {
        ["name"] = c.Name,
        ["type"] = c.Type,
        ["format"] = c.Format,
        ["description"] = c.Description,
        ["priority"] = c.Priority,
    }));
}
