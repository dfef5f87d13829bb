using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>Conditions on fields of objects that must all be met.</summary>
internal sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private readonly IReadOnlyList<Condition> _conditions;

    private FieldSelector(IReadOnlyList<Condition> conditions) => _conditions = conditions;

    public bool IsEmpty => _conditions.Count == 0;

    /// <summary>Gets the name that every selected object has, or <see langword="null"/>.</summary>
    public string? Name => _conditions.FirstOrDefault(c => c is { Field.Path: "metadata.name", Equal: true })?.Value;

    /// <summary>Reads a selector: <c>metadata.name=a,status.phase!=Running</c>.</summary>
    /// <exception cref="Ahoi.Api.Errors.ApiException">400 if it does not parse or the kind has no such field.</exception>
    public static FieldSelector Parse(string? text, ServedResource resource)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var conditions = new List<Condition>();
        foreach (var part in Split(text))
        {
            if (part.Length == 0)
            {
                continue;
            }

            var (label, equal, value) = Read(part, text);
            conditions.Add(new(Find(label, resource), equal, value));
        }

        return new(conditions);
    }

    public bool Matches(CachedObject value)
    {
        foreach (var (field, equal, wanted) in _conditions)
        {
            bool same;
            if (field.Path == "metadata.name")
            {
                same = value.Name.SequenceEqual(wanted);
            }
            else if (field.Path == "metadata.namespace")
            {
                same = value.Namespace.SequenceEqual(wanted);
            }
            else
            {
                var actual = value.Field(field.Path);
                same = (actual.Length == 0 ? field.Default : actual) == wanted;
            }

            if (same != equal)
            {
                return false;
            }
        }

        return true;
    }

    private static SelectableField Find(string label, ServedResource resource)
    {
        if (label == "metadata.name" || (label == "metadata.namespace" && (resource.Namespaced || !resource.IsCustom)))
        {
            return label;
        }

        return resource.SelectableFields.FirstOrDefault(f => f.Label == label)
            ?? throw ApiErrors.BadRequest($"The field label \"{label}\" is not supported for {resource.GroupVersionKind}.");
    }

    private static (string Label, bool Equal, string Value) Read(string part, string text)
    {
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] == '\\')
            {
                i++;
            }
            else if (part[i] == '!' && i + 1 < part.Length && part[i + 1] == '=')
            {
                return (part[..i], false, Unescape(part[(i + 2)..], text));
            }
            else if (part[i] == '=')
            {
                var start = i + 1 < part.Length && part[i + 1] == '=' ? i + 2 : i + 1;
                return (part[..i], true, Unescape(part[start..], text));
            }
        }

        throw ApiErrors.BadRequest($"The field selector \"{text}\" cannot be read: \"{part}\" has no operator.");
    }

    private static string Unescape(string value, string text)
    {
        if (value.AsSpan().IndexOfAny('\\', ',', '=') < 0)
        {
            return value;
        }

        var result = new System.Text.StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is '\\' or ',' or '=')
            {
                result.Append(value[++i]);
            }
            else if (value[i] is '\\' or ',' or '=')
            {
                throw ApiErrors.BadRequest($"The field selector \"{text}\" cannot be read: a value has an unescaped \"{value[i]}\".");
            }
            else
            {
                result.Append(value[i]);
            }
        }

        return result.ToString();
    }

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private sealed record Condition(SelectableField Field, bool Equal, string Value);
}
