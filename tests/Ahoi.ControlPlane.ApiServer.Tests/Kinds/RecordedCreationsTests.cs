using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

/// <summary>
/// Sends every creation of a built-in kind that was recorded from Kubernetes through the kind's strategy: what was
/// stored must come out, or the causes of the refusal.
/// </summary>
public sealed class RecordedCreationsTests
{
    // Set by admission, by allocation or by the caches of other kinds, not by the strategy.
    private static readonly string[] SetElsewhere =
    [
        "spec.priority", "spec.preemptionPolicy", "spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy",
        "spec.overhead", "spec.storageClassName",
    ];

    // Answers that need what is stored already, or another part of the server.
    private static readonly HashSet<string> NotByStrategy = new(StringComparer.Ordinal)
    {
        "crud-service-nodeport", "crud-limitrange", "apply-missing-parents",
    };

    public static TheoryData<string> Scenarios()
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(RecordedCases.Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Creations(file).Any())
            {
                names.Add(Path.GetFileNameWithoutExtension(file));
            }
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Creation_OfRecordedScenario_IsAnsweredAsRecorded(string scenario)
    {
        var file = Directory.EnumerateFiles(RecordedCases.Folder, scenario + ".json", SearchOption.AllDirectories).Single();
        foreach (var (body, answer) in Creations(file))
        {
            var (value, errors) = Create(body);
            if (answer.Integer("status") == 422)
            {
                var causes = (answer.At("body", "details", "causes") as JsonList ?? []).OfType<JsonMap>()
                    .Where(c => !IsMetadata(c.Text("field")!)).Select(c => $"{c.Text("reason")} {c.Text("field")}");
                Assert.Equal(causes.Order(), errors.Where(e => !IsMetadata(e.Field)).Select(e => $"{e.Reason} {e.Field}").Order());
            }
            else
            {
                Assert.Empty(errors.Select(e => $"{e.Reason} {e.Field} {e.Detail}"));
                Compare("", answer.Map("body")!, value);
            }
        }
    }

    internal static bool IsMetadata(string field) => field.StartsWith("metadata.", StringComparison.Ordinal);

    internal static (JsonMap Value, FieldErrors Errors) Create(JsonMap body)
    {
        var value = body.DeepClone();
        var kind = Kind(value);
        var schema = BuiltInSchemas.Find(kind)!;
        var strategy = KindStrategies.For(kind.Group, kind.Kind);
        ObjectDecoder.Decode(value, schema);
        value.EnsureMap("metadata")["uid"] = "6e3d1a52-9c0b-4c4e-8f53-0d4c0e1f7a10";
        value.EnsureMap("metadata")["creationTimestamp"] = "2026-01-01T00:00:00Z";
        value.EnsureMap("metadata")["namespace"] = "{ns}";
        strategy.SetDefaults(value);
        strategy.PrepareCreate(value);
        var errors = new FieldErrors();
        strategy.ValidateCreate(value, errors);
        ObjectDecoder.Decode(value, schema);
        return (value, errors);
    }

    internal static GroupVersionKind Kind(JsonMap value)
    {
        var version = value.Text("apiVersion")!.Split('/');
        return version.Length == 1 ? new("", version[0], value.Text("kind")!) : new(version[0], version[1], value.Text("kind")!);
    }

    private static IEnumerable<(JsonMap Body, JsonMap Answer)> Creations(string file)
    {
        var scenario = JsonTree.ParseMap(File.ReadAllText(file).Replace("{id}", "id-1", StringComparison.Ordinal));
        if (NotByStrategy.Contains(scenario.Text("name")!) || scenario.List("expect") is not { } answers)
        {
            yield break;
        }

        var steps = (scenario.List("setup") ?? []).Concat(scenario.List("steps") ?? []).OfType<JsonMap>().ToArray();
        foreach (var (step, answer) in steps.Zip(answers.OfType<JsonMap>()))
        {
            if (step.Map("request") is { } request && request.Text("method") == "POST" && request.Map("body") is { } body
                && !request.Text("path")!.Contains("fieldValidation", StringComparison.Ordinal)
                && (!body.ToString().Contains("${", StringComparison.Ordinal))
                && body.Text("apiVersion") is not null && body.Text("kind") is not (null or "CustomResourceDefinition" or "Eviction" or "Binding") && !body.Text("kind")!.EndsWith("Review", StringComparison.Ordinal)
                && body.Text("kind") != "TokenRequest"
                && BuiltInSchemas.Find(Kind(body)) is not null && answer.Map("body") is { } result
                && request.Text("path")!.TrimEnd('/').Split('/')[^1].Contains(body.Text("kind")!.ToLowerInvariant()[..3], StringComparison.Ordinal)
                && answer.Integer("status") switch
                {
                    201 => result.Text("kind") == body.Text("kind") && step.List("pick") is null,
                    422 => result.At("details", "kind") as string == body.Text("kind"),
                    _ => false,
                })
            {
                yield return (body, answer);
            }
        }
    }

    internal static void Compare(string path, object? expected, object? actual)
    {
        if (path is "metadata" or "apiVersion" or "kind" || SetElsewhere.Contains(path) || expected is string and (['<', ..] or "{ns}"))
        {
            return;
        }

        switch (expected)
        {
            case JsonMap map:
                var other = Assert.IsType<JsonMap>(actual);
                foreach (var key in map.Keys.Concat(other.Keys).Distinct(StringComparer.Ordinal))
                {
                    var inner = path.Length == 0 ? key : $"{path}.{key}";
                    if (!SetElsewhere.Contains(inner) && inner != "metadata")
                    {
                        Assert.True(map.ContainsKey(key) == other.ContainsKey(key), $"{inner}: expected {map[key]}, is {other[key]}");
                    }

                    Compare(inner, map[key], other[key]);
                }

                break;
            case JsonList list:
                var items = Assert.IsType<JsonList>(actual);
                Assert.True(list.Count == items.Count, $"{path}: expected {list}, is {items}");
                for (var i = 0; i < list.Count; i++)
                {
                    Compare($"{path}[{i}]", list[i], items[i]);
                }

                break;
            default:
                Assert.True(JsonTree.Equals(expected, actual), $"{path}: expected {JsonTree.ToText(expected)}, is {JsonTree.ToText(actual)}");
                break;
        }
    }
}
