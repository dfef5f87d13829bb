namespace Ahoi.Reference;

/// <summary>What is said of a type or member, as Markdown.</summary>
/// <param name="Order">By what members of one kind are ordered.</param>
/// <param name="Summary">What it is or promises, in one line.</param>
/// <param name="Remarks">What else there is to say; may be empty.</param>
/// <param name="Details">Parameters, results and exceptions, a line each.</param>
internal sealed record Comment(string Order, string Summary, string Remarks, IReadOnlyList<string> Details)
{
    /// <summary>Gets all of it for the cell of a table.</summary>
    public string Cell => string.Join("<br>", new[] { Summary, Remarks }.Concat(Details).Where(t => t.Length > 0)).Replace("|", "\\|", StringComparison.Ordinal);
}
