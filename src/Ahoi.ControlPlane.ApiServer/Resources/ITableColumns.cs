using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>The columns by which a kind's objects are shown in tables.</summary>
internal interface ITableColumns
{
    /// <summary>Gets the columns.</summary>
    IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>Gets the cells of one object, as many as there are columns.</summary>
    /// <param name="value">The object.</param>
    /// <param name="now">The time ages are counted to.</param>
    /// <returns>The cells.</returns>
    JsonList Cells(JsonMap value, DateTimeOffset now);

    /// <summary>Gets the conditions of an object's row, as pods that are done have them; <see langword="null"/> for none.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The conditions.</returns>
    JsonList? Conditions(JsonMap value) => null;
}

/// <summary>A column of a table.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Type">The OpenAPI type of the cells: string, integer, date...</param>
/// <param name="Format">The OpenAPI format; <c>name</c> marks the object's name.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Priority">0 for columns that are always shown, more for those of wide output.</param>
internal sealed record TableColumn(string Name, string Type, string Format, string Description, int Priority);
