using System.Globalization;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.Api.Selectors;

/// <summary>
/// Conditions on fields that must all be met, as <c>metadata.name=web,status.phase!=Failed</c>. Which fields a server can
/// select by depends on the kind: its name and namespace always, and what the kind declares.
/// </summary>
public sealed class FieldSelector
{
    /// <summary>Selects everything.</summary>
    public static readonly FieldSelector Everything = new([]);

    /// <summary>Makes a selector.</summary>
    /// <param name="requirements">The conditions.</param>
    public FieldSelector(IReadOnlyList<FieldRequirement> requirements) => Requirements = requirements;

    /// <summary>Gets the conditions.</summary>
    public IReadOnlyList<FieldRequirement> Requirements { get; }

    /// <summary>Gets whether everything is selected.</summary>
    public bool IsEmpty => Requirements.Count == 0;

    /// <summary>Reads a selector as URLs and kubectl write it: <c>a.b=x,c!=y</c>; a comma, an equals sign or a backslash in
    /// a value stands behind a backslash.</summary>
    /// <param name="text">The text; empty or <see langword="null"/> selects everything.</param>
    /// <returns>The selector.</returns>
    /// <exception cref="FormatException">The text is not a selector; the message says where.</exception>
    public static FieldSelector Parse(string? text) =>
        string.IsNullOrEmpty(text) ? Everything : new([.. Terms(text).Where(t => t.Length > 0).Select(ParseTerm)]);

    /// <summary>Selects, of what this selects, what has a value in a field.</summary>
    /// <param name="path">The field, as in <c>status.phase</c>.</param>
    /// <param name="value">The value.</param>
    /// <returns>The narrower selector.</returns>
    public FieldSelector Where(string path, string value) => And(new(Checked(path), value));

    /// <summary>Selects, of what this selects, what has another value in a field, or none.</summary>
    /// <param name="path">The field, as in <c>status.phase</c>.</param>
    /// <param name="value">The value.</param>
    /// <returns>The narrower selector.</returns>
    public FieldSelector WhereNot(string path, string value) => And(new(Checked(path), value, Differs: true));

    /// <summary>Gets whether an object meets every condition. A field that is not there counts as empty.</summary>
    /// <param name="json">The object.</param>
    /// <returns>Whether it does.</returns>
    public bool Matches(JsonMap json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Requirements.All(r => (Text(json.At(r.Path.Split('.'))) == r.Value) != r.Differs);
    }

    /// <summary>Gets the selector as <see cref="Parse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join(',', Requirements);

    private FieldSelector And(FieldRequirement requirement) => new([.. Requirements, requirement]);

    private static string Checked(string path) => !string.IsNullOrEmpty(path) && path.IndexOfAny(['=', '!', ',', '\\', ' ']) < 0
        ? path
        : throw new ArgumentException($"\"{path}\" is not the path of a field; write it as status.phase.", nameof(path));

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static IEnumerable<string> Terms(string text)
    {
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[from..i];
                from = i + 1;
            }
        }

        yield return text[from..];
    }

    private static FieldRequirement ParseTerm(string term)
    {
        var at = term.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0 || (at == 1 && term[0] == '!'))
        {
            throw new FormatException($"\"{term}\" is not a condition of a field selector; write it as FIELD=VALUE or FIELD!=VALUE.");
        }

        var differs = term[at - 1] == '!';
        var path = term[..(differs ? at - 1 : at)];
        var value = term[(at + 1)..];
        return new(path, Unescape(!differs && value.StartsWith('=') ? value[1..] : value, term), differs);
    }

    private static string Unescape(string text, string term)
    {
        var value = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var escaped = text[i] == '\\';
            if (escaped && (++i == text.Length || text[i] is not ('\\' or ',' or '=')))
            {
                throw new FormatException($"\"{term}\" has a backslash before something else than a comma, an equals sign or a backslash.");
            }

            if (!escaped && text[i] == '=')
            {
                throw new FormatException($"\"{term}\" has an equals sign in its value that does not stand behind a backslash.");
            }

            value.Append(text[i]);
        }

        return value.ToString();
    }
}
