namespace Ahoi.ControlPlane.ApiServer.Kinds.Tables;

/// <summary>A column of a kind's table.</summary>
/// <param name="Name">The heading, as in <c>Up-to-date</c>.</param>
/// <param name="Type">The JSON type the cells are said to have.</param>
/// <param name="Format">The format, <c>name</c> for the object's name.</param>
/// <param name="Description">What the column shows.</param>
/// <param name="Priority">0 for what is always shown, 1 for what only wide output shows.</param>
internal sealed record KindColumn(string Name, string Type, string Format, string Description, int Priority);
