using System.Globalization;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>
/// Reads YAML as Kubernetes does: the first document alone, by the rules of YAML 1.1 (<c>yes</c> is true, <c>010</c> is
/// 8), into the values that the same JSON would give.
/// </summary>
internal static class YamlReader
{
    private const int MaxNodes = 2_000_000;

    /// <summary>Parses the first document.</summary>
    /// <exception cref="JsonException">The text is not YAML, or grows too large.</exception>
    public static object? Parse(ReadOnlySpan<byte> utf8, ICollection<string>? duplicates)
    {
        // Most of what comes as YAML is JSON, which is read many times faster as what it is.
        if (TryParseJson(utf8, duplicates, out var json))
        {
            return json;
        }

        string text;
        try
        {
            text = new UTF8Encoding(false, true).GetString(utf8);
        }
        catch (DecoderFallbackException exception)
        {
            throw new JsonException("The text is not valid UTF-8.", exception);
        }

        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            return parser.TryConsume<DocumentStart>(out _) ? new Document(parser, duplicates).Read(0) : null;
        }
        catch (YamlException exception)
        {
            throw new JsonException($"line {exception.Start.Line}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new JsonException("The text is not valid YAML.", exception);
        }
    }

    /// <summary>Reads a map that is written as JSON, unless YAML might make something else of it, or reads it too.</summary>
    private static bool TryParseJson(ReadOnlySpan<byte> utf8, ICollection<string>? duplicates, out object? value)
    {
        value = null;
        if (utf8.IndexOfAnyExcept(" \t\r\n"u8) is not (>= 0 and var at) || utf8[at] != (byte)'{')
        {
            return false;
        }

        try
        {
            var twice = duplicates is null ? null : new List<string>();
            value = JsonTree.Parse(utf8, twice);
            if (HasFraction(value))
            {
                return false;
            }

            foreach (var path in twice ?? [])
            {
                duplicates!.Add(path); // There are none to collect without a collection.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether there is a number whose notation matters.</summary>
    private static bool HasFraction(object? value) => value switch
    {
        double => true,
        JsonMap map => HasFraction(map),
        JsonList list => HasFraction(list),
        _ => false,
    };

    private static bool HasFraction(JsonMap map)
    {
        foreach (var (_, value) in map)
        {
            if (HasFraction(value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasFraction(JsonList list)
    {
        foreach (var value in list)
        {
            if (HasFraction(value))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Document(IParser parser, ICollection<string>? duplicates)
    {
        private const int MaxDuplicates = 100;

        private readonly Dictionary<AnchorName, object?> _anchors = [];
        private readonly List<object> _path = [];
        private int _nodes;

        public object? Read(int depth)
        {
            if (depth > JsonTree.MaxDepth)
            {
                throw new JsonException("The YAML is nested too deeply.");
            }

            Count(1);
            switch (parser.Current)
            {
                case AnchorAlias alias:
                    parser.MoveNext();
                    if (!_anchors.TryGetValue(alias.Value, out var target))
                    {
                        throw new JsonException($"The anchor {alias.Value} is not known.");
                    }

                    Count(Size(target, depth));
                    return JsonTree.DeepClone(target);
                case Scalar scalar:
                    parser.MoveNext();
                    return Remember(scalar.Anchor, ReadScalar(scalar));
                case SequenceStart sequence:
                    return Remember(sequence.Anchor, ReadList(depth));
                case MappingStart mapping:
                    return Remember(mapping.Anchor, ReadMap(depth));
                default:
                    throw new JsonException("The text is not valid YAML.");
            }
        }

        private object? Remember(AnchorName anchor, object? value)
        {
            if (!anchor.IsEmpty)
            {
                _anchors[anchor] = value;
            }

            return value;
        }

        private JsonList ReadList(int depth)
        {
            parser.MoveNext();
            var list = new JsonList();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                _path.Add(list.Count);
                list.Add(Read(depth + 1));
                _path.RemoveAt(_path.Count - 1);
            }

            return list;
        }

        private JsonMap ReadMap(int depth)
        {
            parser.MoveNext();
            var map = new JsonMap();
            List<object?>? merges = null;
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var plainMerge = parser.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain };
                var key = Read(depth + 1) switch
                {
                    string text => text,
                    bool flag => flag ? "true" : "false",
                    long integer => integer.ToString(CultureInfo.InvariantCulture),
                    double number => JsonTree.ToText(number),
                    null => "null",
                    _ => throw new JsonException("A key of a YAML map is not a scalar."),
                };
                _path.Add(key);
                var value = Read(depth + 1);
                if (plainMerge)
                {
                    (merges ??= []).Add(value);
                }
                else
                {
                    if (map.ContainsKey(key) && duplicates?.Count < MaxDuplicates)
                    {
                        duplicates.Add(PathText());
                    }

                    map[key] = value;
                }

                _path.RemoveAt(_path.Count - 1);
            }

            foreach (var merge in merges ?? [])
            {
                Merge(map, merge);
            }

            return map;
        }

        private static void Merge(JsonMap map, object? merge)
        {
            switch (merge)
            {
                case JsonMap other:
                    foreach (var (key, value) in other)
                    {
                        if (!map.ContainsKey(key))
                        {
                            map[key] = JsonTree.DeepClone(value);
                        }
                    }

                    break;
                case JsonList list:
                    foreach (var item in list)
                    {
                        Merge(map, item as JsonMap);
                    }

                    break;
                default:
                    throw new JsonException("What is merged into a YAML map must be a map.");
            }
        }

        private static object? ReadScalar(Scalar scalar)
        {
            if (scalar.Style is not ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str")
            {
                return scalar.Value;
            }

            return YamlScalar.Resolve(scalar.Value);
        }

        private void Count(int nodes)
        {
            // Aliases of aliases make little text large.
            _nodes += nodes;
            if (_nodes > MaxNodes)
            {
                throw new JsonException("The YAML grows too large.");
            }
        }

        // Aliases within aliases also nest deeper than any text could.
        private static int Size(object? value, int depth) => value switch
        {
            _ when depth > JsonTree.MaxDepth => throw new JsonException("The YAML is nested too deeply."),
            JsonMap map => 1 + map.Values.Sum(v => Size(v, depth + 1)),
            JsonList list => 1 + list.Sum(v => Size(v, depth + 1)),
            _ => 1,
        };

        private string PathText()
        {
            var text = new StringBuilder();
            foreach (var segment in _path)
            {
                JsonPathText.Append(text, segment);
            }

            return text.ToString();
        }
    }
}
