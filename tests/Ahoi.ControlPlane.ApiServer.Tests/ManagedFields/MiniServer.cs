using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.CustomResources;
using Ahoi.ControlPlane.ApiServer.Kinds;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Patching;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Tests.ManagedFields;

/// <summary>As much of an API server as the semantics of writes need: built-in kinds in a dictionary, no HTTP.</summary>
internal sealed class MiniServer
{
    private readonly Dictionary<string, JsonMap> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<GroupVersionKind, (string Plural, JsonMap Version)> _custom = [];
    private readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private long _revision = 1;

    /// <summary>Answers a request; a status of 0 means that it is out of scope here.</summary>
    public (int Status, JsonMap Body) Answer(string method, string path, string mediaType, object? body)
    {
        var (target, query) = Split(path);
        var parts = target.Trim('/').Split('/');
        var isCore = parts[0] == "api";
        var (group, version) = isCore ? ("", parts[1]) : (parts[1], parts[2]);
        var rest = parts[(isCore ? 2 : 3)..];
        string? ns = null;
        if (rest is ["namespaces", _, _, ..])
        {
            ns = rest[1];
            rest = rest[2..];
        }

        if (rest[0] == "customresourcedefinitions" && rest.Length == 1 && body is JsonMap definition)
        {
            return (201, Define(definition));
        }

        if (rest[0] == "customresourcedefinitions" && method == "PATCH")
        {
            return !_objects.TryGetValue(rest[1], out var defined) ? (0, []) : (200, Define(mediaType.Contains("json-patch", StringComparison.Ordinal) ? JsonPatch.Apply(defined, body) : MergePatch.Apply(defined, body)));
        }

        var kind = _custom.FirstOrDefault(c => c.Key.Group == group && c.Key.Version == version && c.Value.Plural == rest[0]).Key;
        kind = kind.Kind is null ? SchemaData.Kinds.FirstOrDefault(k => k.Group == group && k.Version == version && Plural(k.Kind) == rest[0]) : kind;
        if (kind.Kind is null || rest.Length > 2 && rest[2] != "status")
        {
            return (0, []);
        }

        var name = rest.Length > 1 ? rest[1] : null;
        var subresource = rest.Length > 2 ? rest[2] : "";
        try
        {
            return Answer(new(method, kind, $"{group}/{rest[0]}/{ns}", ns, name, subresource, query), mediaType, body);
        }
        catch (ApiException exception)
        {
            return (exception.Code, exception.Status.ToJson());
        }
        catch (DecodingException exception)
        {
            return (method == "PATCH" ? 422 : 400, new() { ["message"] = exception.Message });
        }
    }

    private JsonMap Define(JsonMap definition)
    {
        var spec = definition.Map("spec")!;
        foreach (var version in spec.List("versions")!.Maps)
        {
            var kind = new GroupVersionKind(spec.Text("group")!, version.Text("name")!, spec.Map("names")!.Text("kind")!);
            _custom[kind] = (spec.Map("names")!.Text("plural")!, version);
        }

        _objects[definition.Map("metadata")!.Text("name")!] = definition;
        return definition;
    }

    private (Schema? Schema, IKindStrategy Strategy) Find(Request request)
    {
        if (!_custom.TryGetValue(request.Kind, out var custom))
        {
            return (BuiltInSchemas.Find(request.Kind), KindStrategies.For(request.Kind.Group, request.Kind.Kind));
        }

        return (custom.Version.Map("schema")?.Map("openAPIV3Schema") is { } schema ? StructuralSchemas.Build(schema) : null, new CustomResourceStrategy(custom.Version));
    }

    private void Decode(Request request, JsonMap value, Schema? schema)
    {
        if (_custom.ContainsKey(request.Kind))
        {
            ObjectDecoder.Prune(value, schema);
        }
        else
        {
            ObjectDecoder.Decode(value, schema!);
        }
    }

    private (int Status, JsonMap Body) Answer(Request request, string mediaType, object? body)
    {
        var name = request.Name ?? (body as JsonMap)?.Map("metadata")?.Text("name");
        var key = $"{request.Prefix}/{name}";
        var live = _objects.GetValueOrDefault(key);
        switch (request.Method)
        {
            case "GET" when live is not null && request.Name is not null:
                return (200, live);
            case "DELETE" when live is not null && request.Name is not null:
                _objects.Remove(key);
                return (200, live);
            case "POST" when request.Name is null && live is null:
                return (201, Create(request, key, ((JsonMap)body!).DeepClone(), null));
            case "PUT" when live is not null:
                return (200, Store(request, key, live, Update(request, live, ((JsonMap)body!).DeepClone(), track: true)));
            case "PATCH" when mediaType.StartsWith("application/apply-patch", StringComparison.Ordinal):
                return Apply(request, key, live, (JsonMap)body!);
            case "PATCH" when live is not null:
                var schema = BuiltInSchemas.Find(request.Kind);
                var patched = mediaType switch
                {
                    "application/json-patch+json" => JsonPatch.Apply(live, body),
                    "application/merge-patch+json" => MergePatch.Apply(live, body),
                    _ => StrategicMergePatch.Apply(live, body, schema ?? throw new ApiException(new(415, StatusReason.UnsupportedMediaType, ""))),
                };
                return (200, Store(request, key, live, Update(request, live, patched, track: true)));
            default:
                return (live is null ? 404 : 409, []);
        }
    }

    private (int Status, JsonMap Body) Apply(Request request, string key, JsonMap? live, JsonMap body)
    {
        var manager = request.Query.GetValueOrDefault("fieldManager", "");
        var force = request.Query.GetValueOrDefault("force") == "true";
        if (live is null)
        {
            var empty = new JsonMap { ["apiVersion"] = request.Kind.ApiVersion, ["kind"] = request.Kind.Kind };
            return (201, Create(request, key, Ownership(request).Apply(empty, body, manager, force, _now)!, manager));
        }

        if (Ownership(request).Apply(live, body, manager, force, _now) is not { } merged)
        {
            return (200, live);
        }

        return (200, Store(request, key, live, Update(request, live, merged, track: false)));
    }

    private JsonMap Create(Request request, string key, JsonMap value, string? applier)
    {
        var (schema, strategy) = Find(request);
        Decode(request, value, schema);
        strategy.SetDefaults(value);
        strategy.PrepareCreate(value);
        var metadata = value.EnsureMap("metadata");
        if (request.Namespace is not null)
        {
            metadata["namespace"] = request.Namespace;
        }

        metadata["uid"] = $"00000000-0000-4000-8000-{_revision:D12}";
        metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
        metadata.Remove("generation");
        Decode(request, value, schema);
        var errors = new FieldErrors();
        strategy.ValidateCreate(value, errors);
        Refuse(errors);
        if (applier is null)
        {
            Ownership(request).Update(
                new JsonMap { ["apiVersion"] = request.Kind.ApiVersion, ["kind"] = request.Kind.Kind }, value, Manager(request), _now);
        }

        return Store(request, key, null, value);
    }

    private JsonMap Update(Request request, JsonMap live, JsonMap value, bool track)
    {
        var (schema, strategy) = Find(request);
        var old = live.DeepClone();
        Decode(request, value, schema);
        strategy.SetDefaults(value);
        strategy.PrepareUpdate(value, old, request.Subresource);
        foreach (var name in (string[])["uid", "creationTimestamp", "namespace", "name", "generation"])
        {
            if (old.Map("metadata")![name] is { } kept)
            {
                value.EnsureMap("metadata")[name] = kept;
            }
            else
            {
                value.EnsureMap("metadata").Remove(name);
            }
        }

        Decode(request, value, schema);
        var errors = new FieldErrors();
        strategy.ValidateUpdate(value, old, request.Subresource, errors);
        Refuse(errors);
        if (track)
        {
            Ownership(request).Update(old, value, Manager(request), _now);
        }

        FieldOwnership.KeepTimes(old, value);
        return value;
    }

    private JsonMap Store(Request request, string key, JsonMap? live, JsonMap value)
    {
        if (live is not null && JsonTree.Equals(live, value))
        {
            return live;
        }

        var stored = value.DeepClone();
        stored.Map("metadata")!["resourceVersion"] = $"{++_revision}";
        if (!request.Query.ContainsKey("dryRun"))
        {
            _objects[key] = stored;
        }

        return stored;
    }

    private FieldOwnership Ownership(Request request) =>
        new(new(request.Kind, Find(request).Schema, request.Subresource)
        {
            Resets = _custom.TryGetValue(request.Kind, out var custom)
                ? ResetFields.OfCustom(custom.Version.Map("subresources")?.ContainsKey("status") == true, request.Subresource)
                : ResetFields.Of(request.Kind, request.Subresource),
            OtherVersions = _custom.Where(c => c.Value.Plural == custom.Plural).ToDictionary(c => c.Key.ApiVersion, _ => (Schema?)null),
        });

    private static string Manager(Request request) => request.Query.GetValueOrDefault("fieldManager", "conformance");

    private static void Refuse(FieldErrors errors)
    {
        if (errors.Count > 0)
        {
            throw new ApiException(new(422, StatusReason.Invalid, "invalid") { Details = new() { Causes = [.. errors.Select(e => e.ToCause())] } });
        }
    }

    private static (string Path, Dictionary<string, string> Query) Split(string path)
    {
        var at = path.IndexOf('?', StringComparison.Ordinal);
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in at < 0 ? [] : path[(at + 1)..].Split('&'))
        {
            var sides = pair.Split('=', 2);
            query[sides[0]] = Uri.UnescapeDataString(sides.Length > 1 ? sides[1] : "");
        }

        return (at < 0 ? path : path[..at], query);
    }

    private static string Plural(string kind)
    {
        var lower = kind.ToLowerInvariant();
        return lower is "endpoints" ? lower
            : lower.EndsWith('y') ? lower[..^1] + "ies"
            : lower.EndsWith('s') ? lower + "es"
            : lower + "s";
    }

    private sealed record Request(
        string Method, GroupVersionKind Kind, string Prefix, string? Namespace, string? Name, string Subresource, Dictionary<string, string> Query);
}
