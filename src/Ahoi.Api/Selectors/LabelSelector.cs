using System.Buffers;
using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.Api.Selectors;

/// <summary>Conditions on labels that must all be met. An empty selector selects everything.</summary>
public sealed class LabelSelector
{
    /// <summary>Selects everything.</summary>
    public static readonly LabelSelector Everything = new([]);

    /// <summary>Makes a selector.</summary>
    /// <param name="requirements">The conditions.</param>
    public LabelSelector(IReadOnlyList<LabelRequirement> requirements) => Requirements = requirements;

    /// <summary>Gets the conditions.</summary>
    public IReadOnlyList<LabelRequirement> Requirements { get; }

    /// <summary>Gets whether everything is selected.</summary>
    public bool IsEmpty => Requirements.Count == 0;

    /// <summary>Reads a selector as URLs and kubectl write it: <c>app=web,tier in (a, b),!old,size&gt;3</c>.</summary>
    /// <param name="text">The text; empty or <see langword="null"/> selects everything.</param>
    /// <returns>The selector.</returns>
    /// <exception cref="FormatException">The text is not a selector, or a key or value is not a label's.</exception>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new(new SelectorParser(text).Parse());

    /// <summary>Reads a selector of an object: <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
    /// <param name="json">A <c>metav1.LabelSelector</c>.</param>
    /// <returns>The selector.</returns>
    /// <exception cref="FormatException">An operator is not known, or its values do not fit.</exception>
    public static LabelSelector FromJson(JsonMap json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var requirements = new List<LabelRequirement>();
        foreach (var (key, value) in json.Map("matchLabels") ?? [])
        {
            requirements.Add(new(key, LabelOperator.Equals, [value as string ?? ""]));
        }

        foreach (var expression in json.List("matchExpressions")?.Maps ?? [])
        {
            var values = expression.List("values")?.Texts.ToArray() ?? [];
            var found = expression.Text("operator") switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                var other => throw new FormatException($"\"{other}\" is not an operator of a label selector."),
            };
            if (found is LabelOperator.In or LabelOperator.NotIn == (values.Length == 0))
            {
                throw new FormatException($"The operator {found} does not fit the values.");
            }

            requirements.Add(new(expression.Text("key") ?? "", found, values));
        }

        return new([.. requirements.OrderBy(r => r.Key, StringComparer.Ordinal)]);
    }

    /// <summary>Reads the plain map that older kinds select by.</summary>
    /// <param name="labels">The labels that must be there; empty selects everything.</param>
    /// <returns>The selector.</returns>
    public static LabelSelector FromLabels(JsonMap labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new([.. labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => new LabelRequirement(l.Key, LabelOperator.Equals, [l.Value as string ?? ""]))]);
    }

    /// <summary>Selects, of what this selects, what has a label with a value.</summary>
    /// <param name="key">The label.</param>
    /// <param name="value">The value.</param>
    /// <returns>The narrower selector.</returns>
    /// <exception cref="ArgumentException">Key or value is not a label's.</exception>
    public LabelSelector Where(string key, string value) => And(key, LabelOperator.Equals, value);

    /// <summary>Selects, of what this selects, what has another value for a label, or none.</summary>
    /// <param name="key">The label.</param>
    /// <param name="value">The value.</param>
    /// <returns>The narrower selector.</returns>
    /// <exception cref="ArgumentException">Key or value is not a label's.</exception>
    public LabelSelector WhereNot(string key, string value) => And(key, LabelOperator.NotEquals, value);

    /// <summary>Selects, of what this selects, what has one of some values for a label.</summary>
    /// <param name="key">The label.</param>
    /// <param name="values">The values; at least one.</param>
    /// <returns>The narrower selector.</returns>
    /// <exception cref="ArgumentException">Key or value is not a label's, or there is no value.</exception>
    public LabelSelector WhereIn(string key, params string[] values) => And(key, LabelOperator.In, values);

    /// <summary>Selects, of what this selects, what has none of some values for a label, or not the label at all.</summary>
    /// <param name="key">The label.</param>
    /// <param name="values">The values; at least one.</param>
    /// <returns>The narrower selector.</returns>
    /// <exception cref="ArgumentException">Key or value is not a label's, or there is no value.</exception>
    public LabelSelector WhereNotIn(string key, params string[] values) => And(key, LabelOperator.NotIn, values);

    /// <summary>Selects, of what this selects, what has a label, whatever its value.</summary>
    /// <param name="key">The label.</param>
    /// <returns>The narrower selector.</returns>
    /// <exception cref="ArgumentException">The key is not a label's.</exception>
    public LabelSelector WhereExists(string key) => And(key, LabelOperator.Exists);

    /// <summary>Selects, of what this selects, what does not have a label.</summary>
    /// <param name="key">The label.</param>
    /// <returns>The narrower selector.</returns>
    /// <exception cref="ArgumentException">The key is not a label's.</exception>
    public LabelSelector WhereMissing(string key) => And(key, LabelOperator.DoesNotExist);

    /// <summary>Gets the selector as objects have it: <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
    /// <returns>A <c>metav1.LabelSelector</c>, which <see cref="FromJson"/> reads.</returns>
    /// <exception cref="InvalidOperationException">It compares numbers, which has no such form.</exception>
    public JsonMap ToJson()
    {
        var json = new JsonMap();
        foreach (var requirement in Requirements)
        {
            // A label that must have two values at once matches nothing, and a map would forget one of both.
            if (requirement is { Operator: LabelOperator.Equals, Values: [var value] } && json.Map("matchLabels")?.ContainsKey(requirement.Key) is not true)
            {
                json.EnsureMap("matchLabels")[requirement.Key] = value;
                continue;
            }

            var expression = new JsonMap
            {
                ["key"] = requirement.Key,
                ["operator"] = requirement.Operator switch
                {
                    LabelOperator.Equals or LabelOperator.In => "In",
                    LabelOperator.NotEquals or LabelOperator.NotIn => "NotIn",
                    LabelOperator.Exists => "Exists",
                    LabelOperator.DoesNotExist => "DoesNotExist",
                    var other => throw new InvalidOperationException($"The condition {requirement} has no form in an object: there is no operator {other}."),
                },
            };
            if (requirement.Values.Count > 0)
            {
                expression["values"] = new JsonList(requirement.Values);
            }

            json.EnsureList("matchExpressions").Add(expression);
        }

        return json;
    }

    /// <summary>Gets whether labels meet every condition.</summary>
    /// <param name="labels">The labels.</param>
    /// <returns>Whether they do.</returns>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        for (var i = 0; i < Requirements.Count; i++)
        {
            if (!Requirements[i].Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gets the selector as <see cref="Parse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join(',', Requirements);

    private LabelSelector And(string key, LabelOperator comparison, params string[] values)
    {
        if (!LabelSyntax.IsQualifiedName(key))
        {
            throw new ArgumentException($"\"{key}\" is not the key of a label.", nameof(key));
        }

        if (comparison is LabelOperator.In or LabelOperator.NotIn && values.Length == 0)
        {
            throw new ArgumentException($"There is no value to compare the label {key} with.", nameof(values));
        }

        return Array.Find(values, v => !LabelSyntax.IsValue(v)) is { } wrong
            ? throw new ArgumentException($"\"{wrong}\" is not the value of a label.", nameof(values))
            : new([.. Requirements, new(key, comparison, values)]);
    }
}

internal ref struct SelectorParser(string text)
{
    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n,()=!<>");

    private ReadOnlySpan<char> _rest = text;

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            requirements.Add(ParseOne());
            SkipSpace();
            if (_rest.IsEmpty)
            {
                // Sorted by key, as the API writes them back.
                return [.. requirements.OrderBy(r => r.Key, StringComparer.Ordinal)];
            }

            Expect(',');
            SkipSpace();
            if (_rest.IsEmpty)
            {
                throw Bad();
            }
        }
    }

    private LabelRequirement ParseOne()
    {
        SkipSpace();
        if (_rest.StartsWith("!"))
        {
            _rest = _rest[1..];
            return new(Key(), LabelOperator.DoesNotExist, []);
        }

        var key = Key();
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] == ',')
        {
            return new(key, LabelOperator.Exists, []);
        }

        if (Take("=="))
        {
            return new(key, LabelOperator.Equals, [Value()]);
        }

        if (Take("!="))
        {
            return new(key, LabelOperator.NotEquals, [Value()]);
        }

        if (Take("="))
        {
            return new(key, LabelOperator.Equals, [Value()]);
        }

        if (Take(">"))
        {
            return new(key, LabelOperator.GreaterThan, [Number()]);
        }

        if (Take("<"))
        {
            return new(key, LabelOperator.LessThan, [Number()]);
        }

        return Word() switch
        {
            "in" => new(key, LabelOperator.In, Values()),
            "notin" => new(key, LabelOperator.NotIn, Values()),
            _ => throw Bad(),
        };
    }

    private string Key()
    {
        SkipSpace();
        var key = Word();
        return LabelSyntax.IsQualifiedName(key) ? key : throw new FormatException($"\"{key}\" is not a label's key.");
    }

    private string Value()
    {
        SkipSpace();
        var value = Word();
        return LabelSyntax.IsValue(value) ? value : throw new FormatException($"\"{value}\" is not a label's value.");
    }

    private string Number()
    {
        var value = Value();
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? value
            : throw new FormatException($"\"{value}\" is not an integer.");
    }

    private string[] Values()
    {
        SkipSpace();
        Expect('(');
        var values = new SortedSet<string>(StringComparer.Ordinal);
        while (true)
        {
            values.Add(Value());
            SkipSpace();
            if (Take(")"))
            {
                return [.. values];
            }

            Expect(',');
        }
    }

    private string Word()
    {
        var end = _rest.IndexOfAny(WordEnds);
        var word = end < 0 ? _rest : _rest[..end];
        _rest = _rest[word.Length..];
        return word.ToString();
    }

    private bool Take(string expected)
    {
        if (!_rest.StartsWith(expected))
        {
            return false;
        }

        _rest = _rest[expected.Length..];
        return true;
    }

    private void Expect(char expected)
    {
        if (_rest.IsEmpty || _rest[0] != expected)
        {
            throw Bad();
        }

        _rest = _rest[1..];
    }

    private void SkipSpace() => _rest = _rest.TrimStart(" \t\r\n");

    private readonly FormatException Bad() => new($"The selector \"{text}\" cannot be read at \"{_rest}\".");
}
