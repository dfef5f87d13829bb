using System.Text;

namespace Ahoi.ControlPlane.ApiServer.Tests.Hostile;

/// <summary>Makes input that nobody sends by accident: from a grammar, and by damaging what is valid.</summary>
internal sealed class HostileInput(Random random)
{
    private static readonly string[] Names =
    [
        "metadata", "name", "namespace", "labels", "annotations", "spec", "status", "data", "kind", "apiVersion", "uid", "resourceVersion", "finalizers",
        "ownerReferences", "managedFields", "creationTimestamp", "deletionTimestamp", "generation", "containers", "image", "ports", "env", "replicas",
        "template", "selector", "matchLabels", "$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "op", "path",
        "from", "value", "", "a.b/c", "k8s.io/x", "é", "\\u0000", "\\ud800", "__proto__", "f:spec", "k:{\\\"a\\\":1}", ".", "..", "<<", "*",
    ];

    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.0", "0.1", "1e3", "1e308", "1e309", "-1e999", "1e-400", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "99999999999999999999999999", "NaN", "Infinity", "01", "1.", "+1", "0x10", "\"\"", "\"a\"", "\"1Gi\"", "\"1e400000000\"",
        "\"2020-01-01T00:00:00Z\"", "\"9999-99-99T99:99:99Z\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\n\\r\\t\"", "\"~yes\"", "{}", "[]", "[[]]",
        "\"/spec/containers/0\"", "\"/metadata/labels/a~1b\"", "\"/-1\"", "\"add\"", "\"copy\"", "\"move\"", "\"test\"", "\"remove\"", "\"replace\"", "\"merge\"", "\"delete\"",
        "\"default\"", "\"o\"", "\"v1\"", "\"ConfigMap\"", "\"Pod\"", "\"string\"", "\"object\"", "\"array\"",
    ];

    private static readonly string[] Shreds =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\0", "\uFEFF", "\u2028", "- ", "\n", "\t", "  ", "---\n", "...\n", "&a ", "*a", "!!binary ", "!!python/object ",
        "!<tag:x> ", "%YAML 9.9\n", "%TAG ! x\n", "? ", "| ", ">-\n", "# ", "'", "<<: *a\n", "k8s\0", "é", "😀", "%", "+", "=", "!", "in (", "notin ()", ")", "==", "!=", ">", "<",
        "..", "/", "//", "~", "~2", "$", "@", "?(", "*/*", ";q=", ";as=Table;v=v1;g=meta.k8s.io", "99999999999999999999", "-1", "(?=", "{1,9999}", "\\p{L}", "[[:alpha:]]", "'''", "size(",
    ];

    private static readonly string[] Terms =
    [
        "self", "self.spec", "oldSelf", "1", "1u", "1.5", "'a'", "r'\\d'", "b'\\xff'", "true", "null", "[1,2]", "{'a': 1}", "timestamp('2020-01-01T00:00:00Z')", "duration('1h')", "quantity('1Gi')",
        "optional.none()", "int('x')", "self.s.matches('(a+)+$')", "dyn(self)", "type(1)", "[1,2].map(x, x * 2)", "'%s'.format([1])", "url('http://a')", "9223372036854775807", "-9223372036854775808",
    ];

    private static readonly string[] Operators = [" + ", " - ", " * ", " / ", " % ", " == ", " != ", " < ", " && ", " || ", " in ", " ? 1 : ", ".", "[", "(", ", "];

    public T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <summary>Makes JSON, or almost.</summary>
    public string Json(int depth = 4)
    {
        var text = new StringBuilder();
        Value(text, depth);
        return text.ToString();
    }

    public string JsonPatch()
    {
        string[] paths = ["/data", "/data/a", "/metadata/labels", "/metadata/name", "/spec/containers/-", "/spec/containers/0/image", "/-", "", "/", "/a/b/c", "/metadata/managedFields/0", "/~1", "/spec/containers/99999999999", "/spec/containers/-2"];
        string[] operations = ["add", "remove", "replace", "move", "copy", "test", "ADD", ""];
        return "[" + string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
            $"{{\"op\":\"{Pick(operations)}\",\"path\":\"{Pick(paths)}\",\"from\":\"{Pick(paths)}\",\"value\":{Json(2)}}}")) + "]";
    }

    public string Cel()
    {
        var text = new StringBuilder(Pick(Terms));
        for (var i = random.Next(6); i > 0; i--)
        {
            text.Append(Pick(Operators)).Append(Pick(Terms));
        }

        return random.Next(3) == 0 ? Damage(text.ToString()) : text.ToString();
    }

    /// <summary>Makes an OpenAPI schema, or almost.</summary>
    public string Schema(int depth = 3)
    {
        string[] types = ["object", "array", "string", "integer", "number", "boolean", "null", ""];
        string[] extras =
        [
            "\"x-kubernetes-preserve-unknown-fields\":true", "\"x-kubernetes-int-or-string\":true", "\"x-kubernetes-embedded-resource\":true", "\"nullable\":true", "\"minLength\":-1", "\"maxItems\":99999999999999999999",
            "\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":[\"a\",\"a\"]", "\"x-kubernetes-list-type\":\"set\"", "\"uniqueItems\":true", "\"multipleOf\":0", "\"format\":\"date-time\"", "\"enum\":[1,\"a\",null,{}]",
            "\"pattern\":\"(a+)+$\"", "\"pattern\":\"[\"", $"\"default\":{Json(2)}", $"\"example\":{Json(2)}", "\"$ref\":\"#/definitions/x\"", "\"not\":{}", $"\"x-kubernetes-validations\":[{{\"rule\":\"{Cel().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)}\"}}]",
        ];
        var parts = new List<string> { $"\"type\":\"{Pick(types)}\"" };
        for (var i = random.Next(3); i > 0; i--)
        {
            parts.Add(Pick(extras));
        }

        if (depth > 0)
        {
            switch (random.Next(5))
            {
                case 0:
                    parts.Add($"\"items\":{Schema(depth - 1)}");
                    break;
                case 1:
                    parts.Add($"\"additionalProperties\":{(random.Next(4) == 0 ? "true" : Schema(depth - 1))}");
                    break;
                case 2:
                    parts.Add($"\"{Pick(["anyOf", "oneOf", "allOf"])}\":[{Schema(depth - 1)},{Schema(depth - 1)}]");
                    break;
                default:
                    parts.Add($"\"properties\":{{\"a\":{Schema(depth - 1)},\"{Pick(Names)}\":{Schema(depth - 1)}}}");
                    break;
            }
        }

        return "{" + string.Join(',', parts) + "}";
    }

    /// <summary>Damages text here and there.</summary>
    public string Damage(string text)
    {
        var damaged = new StringBuilder(text);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(damaged.Length + 1);
            switch (random.Next(4))
            {
                case 0 when damaged.Length > 0:
                    damaged.Remove(Math.Min(at, damaged.Length - 1), Math.Min(random.Next(1, 20), damaged.Length - Math.Min(at, damaged.Length - 1)));
                    break;
                case 1 when damaged.Length is > 0 and < 20_000:
                    var from = random.Next(damaged.Length);
                    damaged.Insert(at, damaged.ToString(from, Math.Min(random.Next(1, 40), damaged.Length - from)));
                    break;
                case 2:
                    damaged.Insert(at, Pick(Scalars));
                    break;
                default:
                    damaged.Insert(at, Pick(Shreds));
                    break;
            }
        }

        return damaged.ToString();
    }

    /// <summary>Gets the bytes of text, now and then with some that are no text.</summary>
    public byte[] Bytes(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = random.Next(4) == 0 ? random.Next(1, 4) : 0; i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private void Value(StringBuilder text, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            text.Append(Pick(Scalars));
            return;
        }

        var list = random.Next(3) == 0;
        text.Append(list ? '[' : '{');
        for (var i = random.Next(4); i > 0; i--)
        {
            if (!list)
            {
                text.Append('"').Append(Pick(Names)).Append("\":");
            }

            Value(text, depth - 1);
            text.Append(i > 1 ? "," : "");
        }

        text.Append(list ? ']' : '}');
    }
}
