using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>A path through a schema, as rules' fieldPath and selectable fields have it: <c>.spec.labels['a.b']</c>.</summary>
/// <param name="Path">The path as causes spell it.</param>
/// <param name="Steps">The names on the way.</param>
/// <param name="Schema">What it leads to.</param>
internal sealed record SchemaFieldPath(FieldPath Path, IReadOnlyList<string> Steps, JsonMap Schema)
{
    /// <summary>Follows a path.</summary>
    /// <param name="text">The path.</param>
    /// <param name="schema">The schema it starts from.</param>
    /// <param name="allowBrackets">Whether names may stand in brackets.</param>
    /// <returns>Where it leads, or <see langword="null"/> if it is no path of the schema.</returns>
    public static SchemaFieldPath? Find(string text, JsonMap schema, bool allowBrackets)
    {
        var path = FieldPath.Root;
        var steps = new List<string>();
        var at = 0;
        while (at < text.Length)
        {
            string? name;
            if (text[at] == '.')
            {
                var end = text.AsSpan(at + 1).IndexOfAny('.', '[', ']');
                name = end < 0 ? text[(at + 1)..] : text.Substring(at + 1, end);
                at += 1 + name.Length;
                if (name.Length == 0)
                {
                    return null;
                }
            }
            else if (text[at] == '[' && allowBrackets)
            {
                (name, at) = Quoted(text, at + 1);
            }
            else
            {
                return null;
            }

            if (name is null || Step(schema, name) is not { } next)
            {
                return null;
            }

            path = next.IsField ? path.Child(name) : path.Key(name);
            schema = next.Schema;
            steps.Add(name);
        }

        return new(path, steps, schema);
    }

    private static (JsonMap Schema, bool IsField)? Step(JsonMap schema, string name)
    {
        if (schema.Map("properties") is { Count: > 0 } properties)
        {
            return properties.Map(name) is { } property ? (property, true) : null;
        }

        return schema.Map("additionalProperties") is { } additional ? (additional, false) : null;
    }

    private static (string? Name, int At) Quoted(string text, int at)
    {
        if (at >= text.Length || text[at] != '\'')
        {
            return (null, at);
        }

        var name = new StringBuilder();
        for (at++; at < text.Length && text[at] != '\''; at++)
        {
            if (text[at] != '\\')
            {
                name.Append(text[at]);
                continue;
            }

            at++;
            var escaped = at < text.Length ? "abfnrtv'\\".IndexOf(text[at], StringComparison.Ordinal) : -1;
            if (escaped < 0)
            {
                return (null, at);
            }

            name.Append("\a\b\f\n\r\t\v'\\"[escaped]);
        }

        return at + 1 < text.Length && text[at + 1] == ']' ? (name.ToString(), at + 2) : (null, at);
    }
}
