using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>A filter of a <see cref="JsonPathExpression"/>: <c>?(@.type=="Ready")</c>.</summary>
internal sealed class JsonPathFilter : IJsonPathStep
{
    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly Func<object?, JsonPathBudget, IReadOnlyList<object?>> _left;
    private readonly Func<object?, JsonPathBudget, IReadOnlyList<object?>>? _right;
    private readonly string _operator;

    private JsonPathFilter(
        Func<object?, JsonPathBudget, IReadOnlyList<object?>> left, string @operator, Func<object?, JsonPathBudget, IReadOnlyList<object?>>? right) =>
        (_left, _operator, _right) = (left, @operator, right);

    /// <summary>Reads a filter.</summary>
    /// <param name="text">What stands within the parentheses.</param>
    /// <param name="nesting">In how many filters it stands, itself included.</param>
    /// <returns>The filter, or <see langword="null"/> if it cannot be read.</returns>
    public static JsonPathFilter? Parse(string text, int nesting)
    {
        var (at, found) = FindOperator(text);
        if (found is null)
        {
            return Operand(text.Trim(), nesting) is { } path ? new(path, "exists", null) : null;
        }

        return Operand(text[..at].Trim(), nesting) is { } left && Operand(text[(at + found.Length)..].Trim(), nesting) is { } right ? new(left, found, right) : null;
    }

    /// <inheritdoc/>
    public IEnumerable<object?> Apply(object? value, JsonPathBudget budget) =>
        value is JsonList list ? list.TakeWhile(_ => budget.Spend()).Where(v => Matches(v, budget)) : [];

    private static (int At, string? Found) FindOperator(string text)
    {
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            if (quote != '\0')
            {
                quote = text[i] == quote ? '\0' : quote;
            }
            else if (text[i] is '"' or '\'')
            {
                quote = text[i];
            }
            else if (Operators.FirstOrDefault(o => string.CompareOrdinal(text, i, o, 0, o.Length) == 0) is { } found)
            {
                return (i, found);
            }
        }

        return (-1, null);
    }

    private static Func<object?, JsonPathBudget, IReadOnlyList<object?>>? Operand(string text, int nesting)
    {
        if (text.StartsWith('@') || text.StartsWith('.'))
        {
            return JsonPathExpression.Parse(text, nesting) is { } path ? path.Find : null;
        }

        object? literal;
        if (text.Length > 1 && text[0] is '"' or '\'' && text[^1] == text[0])
        {
            literal = text[1..^1];
        }
        else if (text is "true" or "false")
        {
            literal = text == "true";
        }
        else if (long.TryParse(text, CultureInfo.InvariantCulture, out var integer))
        {
            literal = integer;
        }
        else if (double.TryParse(text, CultureInfo.InvariantCulture, out var number))
        {
            literal = number;
        }
        else
        {
            return null;
        }

        return (_, _) => [literal];
    }

    private bool Matches(object? item, JsonPathBudget budget)
    {
        var left = _left(item, budget);
        if (_right is null)
        {
            return left.Count > 0;
        }

        var right = _right(item, budget);
        if (left.Count == 0 || right.Count == 0)
        {
            return false;
        }

        return _operator switch
        {
            "==" => JsonTree.Equals(left[0], right[0]),
            "!=" => !JsonTree.Equals(left[0], right[0]),
            _ => Compare(left[0], right[0]) is { } order && _operator switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 },
        };
    }

    private static int? Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long or double, long or double) => Convert.ToDouble(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
        _ => null,
    };
}
