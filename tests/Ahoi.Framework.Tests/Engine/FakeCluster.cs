using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;

namespace Ahoi.Framework.Tests.Engine;

/// <summary>
/// Just enough of an API server for the engine's own tests: it counts requests, holds them up and refuses them on demand.
/// Lists are atomic to it, and it validates nothing; whatever depends on real server behaviour is tested against the real one.
/// </summary>
internal sealed class FakeCluster : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonMap> _objects = new(StringComparer.Ordinal);
    private readonly List<(string Collection, string Line, long Version)> _log = [];
    private readonly List<Channel<(string Collection, string Line, long Version)>> _watchers = [];
    private readonly Dictionary<string, (string Kind, string Group, string Version, bool Namespaced)> _kinds = new(StringComparer.Ordinal);
    private long _version = 100;

    /// <summary>Gets every write that came, as method and path.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    /// <summary>Answers a request instead of the cluster, where it returns something.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Intercept { get; set; }

    public ApiClient Connect(TimeProvider? time = null) =>
        new(ApiConnection.FromHandler(this), new() { Time = time ?? TimeProvider.System });

    public FakeCluster Serve(string group, string version, string plural, string kind, bool namespaced = true)
    {
        _kinds[Base(group, version) + "/" + plural] = (kind, group, version, namespaced);
        return this;
    }

    public JsonMap? Find(string path)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(path)?.DeepClone();
        }
    }

    /// <summary>Puts an object in as somebody else would.</summary>
    public void Put(string path, string json) => Put(path, JsonTree.ParseMap(json));

    public void Put(string path, JsonMap value)
    {
        lock (_gate)
        {
            StoreLocked(path, value);
        }
    }

    public void Change(string path, Action<JsonMap> change)
    {
        lock (_gate)
        {
            var value = _objects[path].DeepClone();
            change(value);
            StoreLocked(path, value);
        }
    }

    public void Remove(string path)
    {
        lock (_gate)
        {
            RemoveLocked(path);
        }
    }

    /// <summary>Cuts every watch.</summary>
    public void CutWatches()
    {
        lock (_gate)
        {
            _watchers.ForEach(w => w.Writer.TryComplete());
            _watchers.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).TrimStart('/');
        var query = System.Web.HttpUtility.ParseQueryString(request.RequestUri.Query);
        if (request.Method != HttpMethod.Get && !path.Contains("/events", StringComparison.Ordinal))
        {
            Writes.Enqueue($"{request.Method} {path}");
        }

        if (Intercept?.Invoke(request) is { } answer)
        {
            return answer;
        }

        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        lock (_gate)
        {
            return Answer(request, path, query, body);
        }
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, string path, System.Collections.Specialized.NameValueCollection query, byte[] body)
    {
        if (path is "api" or "apis")
        {
            return Json(Discovery(path));
        }

        if (request.Method == HttpMethod.Get && query["watch"] == "true")
        {
            return Watch(path, long.Parse(query["resourceVersion"] ?? "0", System.Globalization.CultureInfo.InvariantCulture));
        }

        if (request.Method == HttpMethod.Get && Collection(path) is { } collection)
        {
            var items = _objects.Where(o => InCollection(o.Key, path, collection)).Select(o => (object?)o.Value);
            return Json(new() { ["kind"] = "List", ["apiVersion"] = "v1", ["metadata"] = new JsonMap { ["resourceVersion"] = Text(_version) }, ["items"] = new JsonList(items) });
        }

        var status = path.EndsWith("/status", StringComparison.Ordinal);
        var key = status ? path[..^7] : path;
        if (request.Method == HttpMethod.Post)
        {
            var created = JsonTree.ParseMap(body);
            return Json(StoreLocked($"{path}/{created.At("metadata", "name")}", created));
        }

        if (!_objects.TryGetValue(key, out var live) && !(request.Method == HttpMethod.Patch && IsApply(request) && !status))
        {
            return Failure(404, "NotFound", $"{key} is not there");
        }

        if (request.Method == HttpMethod.Get)
        {
            return Json(live!);
        }

        if (request.Method == HttpMethod.Delete)
        {
            return Delete(key, live!, body);
        }

        return IsApply(request)
            ? Apply(key, live, JsonTree.ParseMap(body), query["fieldManager"]!, status)
            : JsonPatch(key, live!, (JsonList)JsonTree.Parse(body)!);
    }

    private HttpResponseMessage Delete(string key, JsonMap live, byte[] body)
    {
        var options = body.Length == 0 ? [] : JsonTree.ParseMap(body);
        if (options.At("preconditions", "uid") is string uid && uid != (string?)live.At("metadata", "uid"))
        {
            return Failure(409, "Conflict", "another uid");
        }

        if (live.Map("metadata")!.List("finalizers") is { Count: > 0 })
        {
            var going = live.DeepClone();
            going.Map("metadata")!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
            return Json(StoreLocked(key, going));
        }

        RemoveLocked(key);
        return Json(new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" });
    }

    private HttpResponseMessage Apply(string key, JsonMap? live, JsonMap wanted, string manager, bool status)
    {
        if (wanted.At("metadata", "uid") is string uid && uid != (string?)live?.At("metadata", "uid"))
        {
            return Failure(409, "Conflict", "another uid");
        }

        var subresource = status ? "status" : null;
        var part = status ? new JsonMap { ["status"] = wanted["status"] } : wanted.DeepClone();
        part.Remove("apiVersion");
        part.Remove("kind");
        part.Map("metadata")?.Remove("name");
        part.Map("metadata")?.Remove("namespace");
        part.Map("metadata")?.Remove("uid");
        var result = live?.DeepClone() ?? new JsonMap { ["apiVersion"] = wanted["apiVersion"], ["kind"] = wanted["kind"], ["metadata"] = wanted.Map("metadata")!.DeepClone() };
        var entries = result.EnsureMap("metadata").EnsureList("managedFields");
        var old = entries.Maps.FirstOrDefault(e => e.Text("manager") == manager && e.Text("subresource") == subresource);
        if (old is not null)
        {
            RemoveOwned(result, old.Map("fieldsV1")!, part);
            entries.Remove(old);
        }

        Merge(result, part);
        var entry = new JsonMap { ["manager"] = manager, ["operation"] = "Apply", ["apiVersion"] = wanted["apiVersion"], ["fieldsV1"] = Fields(part) };
        if (subresource is not null)
        {
            entry["subresource"] = subresource;
        }

        entries.Add(entry);
        if (live is not null && JsonTree.Equals(live, result))
        {
            return Json(live);
        }

        return Json(StoreLocked(key, result));
    }

    private HttpResponseMessage JsonPatch(string key, JsonMap live, JsonList operations)
    {
        var result = live.DeepClone();
        foreach (var operation in operations.Maps)
        {
            var steps = operation.Text("path")!.TrimStart('/').Split('/');
            var parent = steps[..^1].Aggregate<string, object?>(result, (at, step) => at is JsonList l ? l[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : ((JsonMap)at!)[step]);
            var last = steps[^1];
            var there = parent is JsonList list ? last == "-" ? null : list[int.Parse(last, System.Globalization.CultureInfo.InvariantCulture)] : ((JsonMap)parent!)[last];
            switch (operation.Text("op"))
            {
                case "test" when !JsonTree.Equals(there, operation["value"]):
                    return Failure(422, "Invalid", $"test of {operation.Text("path")} failed");
                case "add" when parent is JsonList target:
                    target.Add(operation["value"]);
                    break;
                case "add":
                    ((JsonMap)parent!)[last] = operation["value"];
                    break;
                case "remove" when parent is JsonList target:
                    target.RemoveAt(int.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        if (result.At("metadata", "deletionTimestamp") is not null && result.Map("metadata")!.List("finalizers") is not { Count: > 0 })
        {
            RemoveLocked(key);
            return Json(result);
        }

        return Json(StoreLocked(key, result));
    }

    private HttpResponseMessage Watch(string path, long from)
    {
        var collection = Collection(path)!;
        var channel = Channel.CreateUnbounded<(string Collection, string Line, long Version)>();
        foreach (var entry in _log.Where(l => l.Version > from))
        {
            channel.Writer.TryWrite(entry);
        }

        _watchers.Add(channel);
        return new(HttpStatusCode.OK) { Content = new StreamContent(new LineStream(channel.Reader, c => InCollection(c, path, collection))) };
    }

    private JsonMap StoreLocked(string key, JsonMap value)
    {
        var isNew = !_objects.TryGetValue(key, out var before);
        var metadata = value.EnsureMap("metadata");
        metadata["resourceVersion"] = Text(++_version);
        metadata["uid"] = metadata.Text("uid") ?? $"uid-{_version}";
        metadata["creationTimestamp"] ??= "2026-01-01T00:00:00Z";
        var generation = before?.At("metadata", "generation") as long? ?? 0;
        metadata["generation"] = before is null || !JsonTree.Equals(before["spec"], value["spec"]) ? generation + 1 : generation;
        _objects[key] = value;
        Publish(key, isNew ? "ADDED" : "MODIFIED", value);
        return value;
    }

    private void RemoveLocked(string key)
    {
        if (_objects.Remove(key, out var value))
        {
            var last = value.DeepClone();
            last.EnsureMap("metadata")["resourceVersion"] = Text(++_version);
            Publish(key, "DELETED", last);
        }
    }

    private void Publish(string key, string type, JsonMap value)
    {
        var entry = (key, $"{{\"type\":\"{type}\",\"object\":{value}}}\n", _version);
        _log.Add(entry);
        _watchers.ForEach(w => w.Writer.TryWrite(entry));
    }

    private string? Collection(string path)
    {
        var steps = path.Split('/');
        var root = steps[0] == "api" ? 2 : 3;
        var plural = steps.Length > root + 2 && steps[root] == "namespaces" ? steps.ElementAtOrDefault(root + 2) : steps.ElementAtOrDefault(root);
        var collection = string.Join('/', steps[..root]) + "/" + plural;
        return path.EndsWith("/" + plural, StringComparison.Ordinal) && _kinds.ContainsKey(collection) ? collection : null;
    }

    private static bool InCollection(string key, string path, string collection)
    {
        var root = collection[..collection.LastIndexOf('/')];
        var plural = collection[(collection.LastIndexOf('/') + 1)..];
        return path.Contains("/namespaces/", StringComparison.Ordinal)
            ? key.StartsWith(path + "/", StringComparison.Ordinal)
            : key.StartsWith(root + "/", StringComparison.Ordinal) && key[..key.LastIndexOf('/')].EndsWith("/" + plural, StringComparison.Ordinal);
    }

    private JsonMap Discovery(string path)
    {
        var groups = _kinds.Where(k => (k.Value.Group.Length == 0) == (path == "api")).GroupBy(k => k.Value.Group);
        return new()
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["items"] = new JsonList(groups.Select(g => (object?)new JsonMap
            {
                ["metadata"] = new JsonMap { ["name"] = g.Key },
                ["versions"] = new JsonList(g.GroupBy(k => k.Value.Version).Select(v => (object?)new JsonMap
                {
                    ["version"] = v.Key,
                    ["freshness"] = "Current",
                    ["resources"] = new JsonList(v.Select(k => (object?)new JsonMap
                    {
                        ["resource"] = k.Key[(k.Key.LastIndexOf('/') + 1)..],
                        ["responseKind"] = new JsonMap { ["group"] = g.Key, ["version"] = v.Key, ["kind"] = k.Value.Kind },
                        ["scope"] = k.Value.Namespaced ? "Namespaced" : "Cluster",
                        ["verbs"] = new JsonList { "get", "list", "watch" },
                        ["subresources"] = new JsonList { new JsonMap { ["subresource"] = "status", ["verbs"] = new JsonList { "patch" } } },
                    })),
                })),
            })),
        };
    }

    private static void Merge(JsonMap target, JsonMap part)
    {
        foreach (var (key, value) in part)
        {
            if (value is JsonMap inner)
            {
                Merge(target.EnsureMap(key), inner);
            }
            else
            {
                target[key] = JsonTree.DeepClone(value);
            }
        }
    }

    private static void RemoveOwned(JsonMap target, JsonMap fields, JsonMap wanted)
    {
        foreach (var (field, children) in fields)
        {
            var name = field[2..];
            if (children is JsonMap { Count: > 0 } inner && target[name] is JsonMap below)
            {
                RemoveOwned(below, inner, wanted.Map(name) ?? []);
            }
            else if (!wanted.ContainsKey(name))
            {
                target.Remove(name);
            }
        }
    }

    private static JsonMap Fields(JsonMap part)
    {
        var fields = new JsonMap();
        foreach (var (key, value) in part)
        {
            fields["f:" + key] = value is JsonMap inner ? Fields(inner) : new JsonMap();
        }

        return fields;
    }

    private static bool IsApply(HttpRequestMessage request) => request.Content?.Headers.ContentType?.MediaType == "application/apply-patch+yaml";

    private static string Base(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static string Text(long version) => version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static HttpResponseMessage Json(JsonMap value) => new(HttpStatusCode.OK) { Content = new StringContent(value.ToString(), Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Failure(int code, string reason, string message) => new((HttpStatusCode)code)
    {
        Content = new StringContent(new Api.Errors.ApiStatus(code, reason, message).ToJson().ToString(), Encoding.UTF8, "application/json"),
    };
}
