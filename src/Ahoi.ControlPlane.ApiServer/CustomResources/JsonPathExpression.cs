using System.Globalization;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// A JSONPath as kubectl and printer columns understand it: fields, quoted names, indexes, slices, wildcards, recursion
/// and filters. What is missing is skipped.
/// </summary>
internal sealed class JsonPathExpression
{
    // Characters, filters within filters, and steps: far more than any path that means something.
    private const int MaxLength = 10_000;
    private const int MaxNesting = 8;
    private const int MaxSteps = 200;

    private readonly List<IJsonPathStep> _steps;

    private JsonPathExpression(List<IJsonPathStep> steps) => _steps = steps;

    /// <summary>Reads a path.</summary>
    /// <param name="text">The path, as in <c>.status.conditions[?(@.type=="Ready")].status</c>.</param>
    /// <returns>The path, or <see langword="null"/> if it cannot be read.</returns>
    public static JsonPathExpression? Parse(string text) => Parse(text, 0);

    /// <summary>Reads a path within filters.</summary>
    /// <param name="text">The path.</param>
    /// <param name="nesting">In how many filters it stands.</param>
    /// <returns>The path, or <see langword="null"/> if it cannot be read.</returns>
    public static JsonPathExpression? Parse(string text, int nesting)
    {
        if (nesting > MaxNesting || text.Length > MaxLength)
        {
            return null;
        }

        var steps = new List<IJsonPathStep>();
        var at = text.StartsWith('$') || text.StartsWith('@') ? 1 : 0;
        while (at < text.Length)
        {
            if (steps.Count >= MaxSteps)
            {
                return null;
            }

            if (text[at] == '.')
            {
                var recursive = at + 1 < text.Length && text[at + 1] == '.';
                at += recursive ? 2 : 1;
                if (recursive)
                {
                    steps.Add(new RecursiveStep());
                }

                if (at < text.Length && text[at] is not '[' and not '.')
                {
                    var name = ReadName(text, ref at);
                    steps.Add(name == "*" ? new WildcardStep() : new FieldStep(name));
                }
            }
            else if (text[at] == '[')
            {
                var end = FindClosing(text, at);
                if (end < 0 || ParseBracket(text[(at + 1)..end].Trim(), nesting) is not { } step)
                {
                    return null;
                }

                steps.Add(step);
                at = end + 1;
            }
            else if (steps.Count == 0)
            {
                steps.Add(new FieldStep(ReadName(text, ref at)));
            }
            else
            {
                return null;
            }
        }

        return new(steps);
    }

    /// <summary>Finds what the path leads to.</summary>
    /// <param name="value">Where it starts.</param>
    /// <returns>The values found, in order.</returns>
    public IReadOnlyList<object?> Find(object? value) => Find(value, new JsonPathBudget());

    /// <summary>Finds what the path leads to, as far as a budget goes.</summary>
    /// <param name="value">Where it starts.</param>
    /// <param name="budget">What all paths of the search may visit.</param>
    /// <returns>The values found, in order.</returns>
    public IReadOnlyList<object?> Find(object? value, JsonPathBudget budget)
    {
        List<object?> current = [value];
        foreach (var step in _steps)
        {
            var next = new List<object?>();
            foreach (var found in current.SelectMany(v => step.Apply(v, budget)))
            {
                if (!budget.Spend())
                {
                    return [];
                }

                next.Add(found);
            }

            current = next;
            if (current.Count == 0)
            {
                break;
            }
        }

        return current;
    }

    private static string ReadName(string text, ref int at)
    {
        var name = new StringBuilder();
        for (; at < text.Length && text[at] is not ('.' or '['); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            name.Append(text[at]);
        }

        return name.ToString();
    }

    private static int FindClosing(string text, int at)
    {
        var (depth, quote) = (0, '\0');
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote != '\0')
            {
                at += c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == '[')
            {
                depth++;
            }
            else if (c == ']' && --depth == 0)
            {
                return at;
            }
        }

        return -1;
    }

    private static IJsonPathStep? ParseBracket(string text, int nesting)
    {
        if (text == "*")
        {
            return new WildcardStep();
        }

        if (text.StartsWith("?(", StringComparison.Ordinal) && text.EndsWith(')'))
        {
            return JsonPathFilter.Parse(text[2..^1], nesting + 1);
        }

        if (text.Length > 1 && text[0] is '\'' or '"')
        {
            var names = new List<string>();
            foreach (var part in text.Split(','))
            {
                var name = part.Trim();
                if (name.Length < 2 || name[0] != name[^1])
                {
                    return null;
                }

                names.Add(name[1..^1].Replace("\\", "", StringComparison.Ordinal));
            }

            return new FieldStep([.. names]);
        }

        var indexes = new List<string[]>();
        foreach (var part in text.Split(','))
        {
            var bounds = part.Split(':');
            if (bounds.Length > 3 || bounds.Any(b => b.Trim().Length > 0 && !int.TryParse(b, CultureInfo.InvariantCulture, out _)) || (bounds.Length == 1 && bounds[0].Trim().Length == 0))
            {
                return null;
            }

            indexes.Add(bounds);
        }

        return new IndexStep(indexes);
    }

    private sealed class FieldStep(params string[] names) : IJsonPathStep
    {
        public IEnumerable<object?> Apply(object? value, JsonPathBudget budget)
        {
            foreach (var name in names)
            {
                if (value is JsonMap map && map.TryGetValue(name, out var found))
                {
                    yield return found;
                }
            }
        }
    }

    private sealed class WildcardStep : IJsonPathStep
    {
        public IEnumerable<object?> Apply(object? value, JsonPathBudget budget) => value switch
        {
            JsonMap map => map.Values,
            JsonList list => list,
            _ => [],
        };
    }

    private sealed class RecursiveStep : IJsonPathStep
    {
        public IEnumerable<object?> Apply(object? value, JsonPathBudget budget)
        {
            yield return value;
            IEnumerable<object?> children = value switch { JsonMap map => map.Values, JsonList list => list, _ => [] };
            foreach (var found in children.SelectMany(c => Apply(c, budget)))
            {
                yield return found;
            }
        }
    }

    private sealed class IndexStep(List<string[]> parts) : IJsonPathStep
    {
        public IEnumerable<object?> Apply(object? value, JsonPathBudget budget)
        {
            if (value is not JsonList list)
            {
                yield break;
            }

            foreach (var bounds in parts)
            {
                var numbers = Array.ConvertAll(bounds, b => int.TryParse(b, CultureInfo.InvariantCulture, out var n) ? n : (long?)null);
                var (from, to, step) = numbers.Length == 1
                    ? (numbers[0]!.Value, 0L, 1L) // A single index was checked to be a number.
                    : (numbers[0] ?? 0, numbers[1] ?? list.Count, numbers.Length == 3 ? numbers[2] ?? 1 : 1);
                from += from < 0 ? list.Count : 0;
                to = numbers.Length == 1 ? from + 1 : to + (to < 0 ? list.Count : 0);
                for (var i = Math.Max(0, from); step > 0 && i < Math.Min(to, list.Count) && from >= 0; i += step)
                {
                    yield return list[(int)i];
                }
            }
        }
    }
}
