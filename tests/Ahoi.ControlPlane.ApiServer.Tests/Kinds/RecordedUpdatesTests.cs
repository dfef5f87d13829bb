using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.Patching;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Tests.Kinds;

/// <summary>
/// Sends the recorded updates and patches of built-in objects through their strategies, on top of the recorded
/// creations: the same refusals must come out, with the same causes.
/// </summary>
public sealed class RecordedUpdatesTests
{
    public static TheoryData<string> Scenarios()
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(RecordedCases.Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name.Split("-")[0] is "crud" or "access" or "events" && name is not ("crud-uid" or "crud-name-mismatch"))
            {
                names.Add(name);
            }
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Update_OfRecordedScenario_IsAnsweredAsRecorded(string scenario)
    {
        var file = Directory.EnumerateFiles(RecordedCases.Folder, scenario + ".json", SearchOption.AllDirectories).Single();
        var json = JsonTree.ParseMap(File.ReadAllText(file).Replace("{id}", "id-1", StringComparison.Ordinal));
        var stored = new Dictionary<string, JsonMap>(StringComparer.Ordinal);
        var steps = (json.List("setup") ?? []).Concat(json.List("steps") ?? []).OfType<JsonMap>();
        foreach (var (step, answer) in steps.Zip((json.List("expect") ?? []).OfType<JsonMap>()))
        {
            if (step.Map("request") is not { } request || request.Text("path")!.Contains('?', StringComparison.Ordinal))
            {
                continue;
            }

            var path = request.Text("path")!.TrimEnd('/');
            var body = request["body"];
            if (request.Text("method") == "POST" && answer.Integer("status") == 201 && body is JsonMap map && !body.ToString()!.Contains("${", StringComparison.Ordinal)
                && map.Text("apiVersion") is not null && map.Text("kind") is not null && map.At("metadata", "name") is string name
                && BuiltInSchemas.Find(RecordedCreationsTests.Kind(map)) is not null)
            {
                stored[$"{path}/{name}"] = RecordedCreationsTests.Create(map).Value;
            }
            else if (request.Text("method") is "PUT" or "PATCH")
            {
                var subresource = "";
                if (!stored.TryGetValue(path, out var old) && path.LastIndexOf('/') is var slash && stored.TryGetValue(path[..slash], out old))
                {
                    subresource = path[(slash + 1)..];
                    path = path[..slash];
                }

                if (old is not null && subresource is "" or "status" or "resize" && body is not null && !JsonTree.ToText(body).Contains("resourceVersion", StringComparison.Ordinal))
                {
                    Update(stored, path, old!, subresource, request, answer);
                }
            }
        }
    }

    private static void Update(Dictionary<string, JsonMap> stored, string path, JsonMap old, string subresource, JsonMap request, JsonMap answer)
    {
        var kind = RecordedCreationsTests.Kind(old);
        var schema = BuiltInSchemas.Find(kind)!;
        var type = request.Map("headers")?.Text("Content-Type");
        var status = answer.Integer("status");
        if (status is not (200 or 422) || (request.Text("method") == "PATCH" && type?.Contains("apply", StringComparison.Ordinal) == true))
        {
            return;
        }

        var value = request.Text("method") == "PUT" ? ((JsonMap)request["body"]!).DeepClone()
            : type switch
            {
                "application/json-patch+json" => JsonPatch.Apply(old, request["body"]),
                "application/strategic-merge-patch+json" => StrategicMergePatch.Apply(old, request["body"], schema),
                _ => MergePatch.Apply(old, request["body"]),
            };
        ObjectDecoder.Decode(value, schema);
        foreach (var field in (ReadOnlySpan<string>)["uid", "creationTimestamp", "namespace"])
        {
            value.EnsureMap("metadata")[field] = old.Map("metadata")![field];
        }

        var strategy = KindStrategies.For(kind.Group, kind.Kind);
        strategy.SetDefaults(value);
        strategy.PrepareUpdate(value, old, subresource);
        var errors = new FieldErrors();
        strategy.ValidateUpdate(value, old, subresource, errors);
        ObjectDecoder.Decode(value, schema);
        if (status == 422 && answer.At("body", "details", "causes") is JsonList causes)
        {
            var expected = causes.OfType<JsonMap>().Where(c => !RecordedCreationsTests.IsMetadata(c.Text("field")!)).Select(c => $"{c.Text("reason")} {c.Text("field")}");
            Assert.Equal(expected.Order(), errors.Where(e => !RecordedCreationsTests.IsMetadata(e.Field)).Select(e => $"{e.Reason} {e.Field}").Order());
        }
        else if (status == 200)
        {
            Assert.Empty(errors.Select(e => $"{request} {e.Reason} {e.Field} {e.Detail}"));
            stored[path] = value;
            if (answer.Map("body") is { } body && body.Text("kind") == kind.Kind && body.Text("apiVersion") is not null && body.ContainsKey("spec"))
            {
                RecordedCreationsTests.Compare("", body, value);
            }
        }
    }
}
