using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Tests.ManagedFields;

/// <summary>Replays recorded writes to built-in kinds and compares what the objects and their managed fields became.</summary>
public sealed class RecordedWritesTests
{
    /// <summary>Scenarios whose point is what only the whole server does: preconditions, metadata's rules, conversion, deletion.</summary>
    private static readonly HashSet<string> NeedTheServer =
    [
        "apply/apply-delete-recreate", "apply/apply-labels-annotations", "apply/apply-manager-required", "apply/apply-media-type",
        "apply/apply-migrate-client-side", "apply/apply-missing-parents", "apply/apply-owner-references", "apply/apply-resource-version",
        "apply/apply-server-fields-in-body", "apply/apply-shape-workloads", "apply/apply-two-group-versions",
        "patch/patch-collection-refused", "patch/patch-deleting", "patch/patch-field-validation",
        "patch/patch-identity", "patch/patch-merge-wrong-types", "patch/patch-resource-version", 
        "patch/patch-smp-owner-references", "patch/patch-dry-run", "patch/patch-server-fields", "apply/apply-custom-nulls", "patch/patch-custom-identity", "patch/patch-custom-media-types",
    ];

    public static TheoryData<string> Scenarios()
    {
        var data = new TheoryData<string>();
        foreach (var file in (string[])["apply", "patch"])
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(RecordedCases.Folder, file), "*.json").Order(StringComparer.Ordinal))
            {
                var scenario = $"{file}/{Path.GetFileNameWithoutExtension(path)}";
                if (!NeedTheServer.Contains(scenario))
                {
                    data.Add(scenario);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Replay_RecordedScenario_EndsAsRecorded(string scenario)
    {
        var recording = JsonTree.ParseMap(File.ReadAllBytes(Path.Combine(RecordedCases.Folder, scenario + ".json")));
        var steps = (recording.List("setup") ?? []).Maps.Concat(recording.List("steps")!.Maps).ToList();
        var expected = recording.List("expect")!.Maps.ToList();
        var server = new MiniServer();
        var answers = new List<JsonMap>();
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].ContainsKey("wait"))
            {
                answers.Add([]);
                continue;
            }

            if (steps[i].Map("request") is not { } request)
            {
                Assert.Skip("The scenario does more than write.");
                return;
            }

            var path = Fill(request.Text("path")!, answers);
            var mediaType = request.Map("headers")?.Text("Content-Type") ?? "application/json";
            var body = request["body"] is { } given ? JsonTree.Parse(Encoding.UTF8.GetBytes(Fill(JsonTree.ToText(given), answers))) : null;
            if (request.ContainsKey("raw") || request.ContainsKey("as") || request.Map("headers")?.ContainsKey("User-Agent") == true)
            {
                Assert.Skip("The scenario is about requests.");
            }

            var (status, answer) = server.Answer(request.Text("method")!, path, mediaType, body);
            if (status == 0)
            {
                Assert.Skip("The scenario is about other resources.");
            }

            answers.Add(answer);
            Assert.True(expected[i].Integer("status") == status, $"step {i}: {expected[i]["status"]} expected, {status} found: {answer}");
            if (status < 300)
            {
                var ignored = steps[i].List("ignore")?.Texts.Any(t => t.Contains("managedFields", StringComparison.Ordinal)) == true;
                Compare(i, expected[i], steps[i].List("pick"), ignored ? WithoutManagedFields(answer) : answer);
            }
        }
    }

    private static void Compare(int step, JsonMap expected, JsonList? pick, JsonMap answer)
    {
        foreach (var (path, value) in expected.Map("body") ?? [])
        {
            if (path == "metadata.generation")
            {
                continue;
            }

            object? found = pick is null ? answer[path] : At(answer, path);
            var difference = Difference(path, value, found);
            Assert.True(difference is null, $"step {step}: {difference}");
        }
    }

    private static string? Difference(string path, object? expected, object? found)
    {
        switch (expected)
        {
            case JsonMap map when found is JsonMap other:
                foreach (var name in map.Keys.Union(other.Keys))
                {
                    if (name is "selfLink" or "resourceVersion" or "uid" or "creationTimestamp" or "generation" or "clusterIP" or "clusterIPs" or "namespace")
                    {
                        continue;
                    }

                    if (!map.ContainsKey(name) || !other.ContainsKey(name))
                    {
                        return $"{path}.{name}: {(map.ContainsKey(name) ? "missing" : $"unexpected {JsonTree.ToText(other[name])}")}";
                    }

                    if (Difference($"{path}.{name}", map[name], other[name]) is { } difference)
                    {
                        return difference;
                    }
                }

                return null;
            case JsonList list when found is JsonList items:
                if (path.EndsWith("managedFields", StringComparison.Ordinal))
                {
                    // Entries of one second have no order of their own.
                    (list, items) = (ByManager(list), ByManager(items));
                }

                if (list.Count != items.Count)
                {
                    return $"{path}: {list} expected, {items} found";
                }

                for (var i = 0; i < list.Count; i++)
                {
                    if (Difference($"{path}[{i}]", list[i], items[i]) is { } difference)
                    {
                        return difference;
                    }
                }

                return null;
            case string text when found is string && (text.Contains('<', StringComparison.Ordinal) || text.Contains('{', StringComparison.Ordinal)):
                return null;
            default:
                return JsonTree.Equals(expected, found) ? null : $"{path}: {JsonTree.ToText(expected)} expected, {JsonTree.ToText(found)} found";
        }
    }

    private static JsonMap WithoutManagedFields(JsonMap value)
    {
        var copy = value.DeepClone();
        copy.Map("metadata")?.Remove("managedFields");
        return copy;
    }

    private static JsonList ByManager(JsonList entries) =>
        new(entries.Maps.OrderBy(e => $"{e.Text("manager")} {e.Text("operation")} {e.Text("apiVersion")} {e.Text("subresource")}", StringComparer.Ordinal));

    private static object? At(object? value, string path)
    {
        if (path.Length == 0)
        {
            return value;
        }

        if (value is JsonMap map)
        {
            foreach (var (name, item) in map)
            {
                if (path == name)
                {
                    return item;
                }

                if (path.StartsWith(name + ".", StringComparison.Ordinal))
                {
                    return At(item, path[(name.Length + 1)..]);
                }
            }

            return null;
        }

        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var first = dot < 0 ? path : path[..dot];
        return value is JsonList list && int.TryParse(first, out var index) && index < list.Count
            ? At(list[index], dot < 0 ? "" : path[(dot + 1)..])
            : null;
    }

    private static string Fill(string text, List<JsonMap> answers)
    {
        while (text.IndexOf("${", StringComparison.Ordinal) is >= 0 and var at)
        {
            var end = text.IndexOf('}', at);
            var reference = text[(at + 2)..end].Split('.', 2);
            text = text[..at] + At(answers[int.Parse(reference[0], null)], reference[1]) + text[(end + 1)..];
        }

        return text.Replace("{ns}", "test", StringComparison.Ordinal).Replace("{id}", "xyz", StringComparison.Ordinal);
    }
}
