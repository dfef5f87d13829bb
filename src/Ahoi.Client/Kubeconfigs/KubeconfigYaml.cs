using Ahoi.Api.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ahoi.Client.Kubeconfigs;

/// <summary>
/// Reads the YAML of a kubeconfig. Every value of one is a text, a flag, a list or a map, so that a plain <c>12345</c> stays
/// the token it is.
/// </summary>
internal static class KubeconfigYaml
{
    private const int MaxDepth = 64;

    public static JsonMap Parse(string yaml)
    {
        using var text = new StringReader(yaml);
        var parser = new Parser(text);
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            return [];
        }

        return ReadValue(parser, [], 0) switch
        {
            JsonMap map => map,
            null => [],
            _ => throw new KubeconfigException("The document is not a map."),
        };
    }

    private static object? ReadValue(Parser parser, Dictionary<string, object?> anchors, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new KubeconfigException("The document is nested too deeply.");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors.TryGetValue(alias.Value.Value, out var known)
                ? JsonTree.DeepClone(known)
                : throw new KubeconfigException($"Nothing is called *{alias.Value.Value}.");
        }

        var anchor = (parser.Current as NodeEvent)?.Anchor;
        object? value;
        if (parser.TryConsume<MappingStart>(out _))
        {
            var map = new JsonMap();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>().Value;
                map[key] = ReadValue(parser, anchors, depth + 1);
            }

            value = map;
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonList();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Add(ReadValue(parser, anchors, depth + 1));
            }

            value = list;
        }
        else
        {
            value = Plain(parser.Consume<Scalar>());
        }

        if (anchor is { IsEmpty: false } name)
        {
            anchors[name.Value] = value;
        }

        return value;
    }

    private static object? Plain(Scalar scalar) => scalar.Style != ScalarStyle.Plain
        ? scalar.Value
        : scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            var text => text,
        };
}
