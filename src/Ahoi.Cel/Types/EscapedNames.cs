using System.Collections.Frozen;
using System.Text;

namespace Ahoi.Cel.Types;

/// <summary>Field names that are no identifiers, as expressions write them: <c>a-b</c> is <c>a__dash__b</c>.</summary>
public static class EscapedNames
{
    private static readonly FrozenSet<string> Keywords = FrozenSet.Create(
        StringComparer.Ordinal,
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return");

    /// <summary>Gets what an expression writes for a field.</summary>
    /// <param name="name">The field's name in JSON.</param>
    /// <returns>The identifier, or null where the field cannot be reached from an expression.</returns>
    public static string? Escape(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            return null;
        }

        if (Keywords.Contains(name))
        {
            return $"__{name}__";
        }

        if (!name.AsSpan().ContainsAny("-./") && !name.Contains("__", StringComparison.Ordinal) && IsIdentifier(name))
        {
            return name;
        }

        var escaped = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '_' when i + 1 < name.Length && name[i + 1] == '_':
                    escaped.Append("__underscores__");
                    i++;
                    break;
                case '.':
                    escaped.Append("__dot__");
                    break;
                case '-':
                    escaped.Append("__dash__");
                    break;
                case '/':
                    escaped.Append("__slash__");
                    break;
                case var c when char.IsAsciiLetterOrDigit(c) || c == '_':
                    escaped.Append(c);
                    break;
                default:
                    return null;
            }
        }

        return escaped.ToString();
    }

    /// <summary>Gets the field an identifier stands for.</summary>
    /// <param name="identifier">What the expression says.</param>
    /// <returns>The name in JSON, or null where the identifier stands for none.</returns>
    public static string? Unescape(string identifier)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        if (!identifier.Contains("__", StringComparison.Ordinal))
        {
            return Keywords.Contains(identifier) ? null : identifier;
        }

        if (identifier.Length > 4 && identifier.StartsWith("__", StringComparison.Ordinal) && identifier.EndsWith("__", StringComparison.Ordinal)
            && Keywords.Contains(identifier[2..^2]))
        {
            return identifier[2..^2];
        }

        var name = identifier.Replace("__dot__", ".", StringComparison.Ordinal).Replace("__dash__", "-", StringComparison.Ordinal)
            .Replace("__slash__", "/", StringComparison.Ordinal).Replace("__underscores__", "__", StringComparison.Ordinal);
        return Escape(name) == identifier ? name : null;
    }

    private static bool IsIdentifier(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
