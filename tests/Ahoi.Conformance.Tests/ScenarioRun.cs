using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;

namespace Ahoi.Conformance.Tests;

/// <summary>Replays one scenario against a server and records what it answers, normalised like the recording.</summary>
internal sealed partial class ScenarioRun(HttpClient client, Scenario scenario)
{
    private readonly string _id = "x" + Guid.NewGuid().ToString("n")[..6];
    private readonly List<object?> _bodies = [];
    private Normalizer _normalizer = null!;
    private string _namespace = "";

    public async Task<JsonList> RunAsync()
    {
        var prefix = "t-" + scenario.Name;
        _namespace = (prefix.Length > 50 ? prefix[..50] : prefix).TrimEnd('-') + "-" + _id;
        _normalizer = new Normalizer(_namespace, _id);
        if (scenario.HasNamespace)
        {
            await SendAsync(new JsonMap
            {
                ["method"] = "POST",
                ["path"] = "/api/v1/namespaces",
                ["body"] = new JsonMap
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Namespace",
                    ["metadata"] = new JsonMap { ["name"] = _namespace },
                },
            });
        }

        var results = new JsonList();
        foreach (var step in scenario.Setup)
        {
            results.Add(new JsonMap { ["status"] = (await RunStepAsync(step))["status"] });
        }

        foreach (var step in scenario.Steps)
        {
            results.Add(await RunStepAsync(step));
        }

        foreach (var step in scenario.Cleanup)
        {
            await SendAsync((JsonMap)Substitute(step.Map("request"))!);
        }

        if (scenario.HasNamespace)
        {
            await SendAsync(new JsonMap { ["method"] = "DELETE", ["path"] = "/api/v1/namespaces/" + _namespace });
        }

        return results;
    }

    private async Task<JsonMap> RunStepAsync(JsonMap step)
    {
        if (step.Integer("sleepMs") is { } pause)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pause));
            _bodies.Add(null);
            return [];
        }

        if (step.Map("watch") is { } watch)
        {
            return await WatchAsync(step, watch);
        }

        if (step.Map("wait") is { } wait)
        {
            return await WaitAsync(step, (JsonMap)Substitute(wait)!);
        }

        var answer = await SendAsync((JsonMap)Substitute(step.Map("request"))!);
        _bodies.Add(answer.Json);
        return Normalize(step, answer);
    }

    private async Task<JsonMap> WaitAsync(JsonMap step, JsonMap wait)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(wait.Integer("timeoutMs") ?? 10_000));
        var request = new JsonMap { ["method"] = "GET", ["path"] = wait["path"], ["as"] = wait["as"] ?? "admin" };
        while (true)
        {
            var answer = await SendAsync(request);
            var held = wait.Map("until")!.All(e => JsonTree.Equals(
                e.Key == "status" ? (long)answer.Status : FieldPaths.Get(answer.Json, e.Key["body.".Length..]), e.Value));
            if (held || limit.IsCancellationRequested)
            {
                _bodies.Add(answer.Json);
                var result = Normalize(step, answer);
                result["held"] = held;
                return result;
            }

            await Task.Delay(50);
        }
    }

    private async Task<JsonMap> WatchAsync(JsonMap step, JsonMap watch)
    {
        var request = new JsonMap { ["method"] = "GET" };
        foreach (var (key, value) in watch.Where(e => e.Key != "while"))
        {
            request[key] = Substitute(value);
        }

        var wanted = (int)(watch.Integer("events") ?? 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(watch.Integer("timeoutMs") ?? 3000));
        using var message = Message(request);
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var events = new JsonList();
        var result = new JsonMap { ["status"] = (long)response.StatusCode };
        if (!response.IsSuccessStatusCode)
        {
            _bodies.Add(new JsonMap { ["events"] = new JsonList() });
            result["events"] = new JsonList();
            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            PutBody(result, body, parsed => _normalizer.Walk(parsed), 200);
            return result;
        }

        var reading = ReadEventsAsync(response, events, wanted, limit.Token);
        await Task.Delay(100, CancellationToken.None);
        foreach (var inner in watch.List("while")?.Maps ?? [])
        {
            if (inner.Integer("sleepMs") is { } pause)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(pause), CancellationToken.None);
                continue;
            }

            await SendAsync((JsonMap)Substitute(inner.Map("request"))!);
        }

        await reading;
        _bodies.Add(new JsonMap { ["events"] = events.DeepClone() });
        result["events"] = new JsonList(events.Maps.Select(e => _normalizer.Walk(Reduce(step, e))));
        return result;
    }

    private static async Task ReadEventsAsync(HttpResponseMessage response, JsonList events, int wanted, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (events.Count < wanted && await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    events.Add(JsonTree.Parse(Encoding.UTF8.GetBytes(line)));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The time is over; what has come is the answer.
        }
    }

    private static JsonMap Reduce(JsonMap step, JsonMap @event)
    {
        var reduced = @event.DeepClone();
        foreach (var path in step.List("ignore")?.Texts ?? [])
        {
            FieldPaths.Drop(reduced["object"], path.Split('.'));
        }

        if (reduced.Text("type") == "BOOKMARK" && reduced.Map("object")?.Map("metadata") is { } metadata)
        {
            metadata["resourceVersion"] = "any";
        }

        if (step.List("pick") is not { } pick)
        {
            return reduced;
        }

        var picked = new JsonMap { ["type"] = reduced["type"] };
        foreach (var path in pick.Texts)
        {
            picked[path] = FieldPaths.Get(reduced["object"], path);
        }

        return picked;
    }

    private JsonMap Normalize(JsonMap step, Answer answer)
    {
        var result = new JsonMap { ["status"] = (long)answer.Status };
        if (!string.IsNullOrEmpty(answer.ContentType))
        {
            result["contentType"] = answer.ContentType;
        }

        if (answer.Warnings > 0)
        {
            result["warnings"] = answer.Warnings;
        }

        PutBody(result, answer.Body, parsed =>
        {
            var body = JsonTree.DeepClone(parsed);
            foreach (var path in step.List("ignore")?.Texts ?? [])
            {
                FieldPaths.Drop(body, path.Split('.'));
            }

            if (step.List("pick") is { } pick)
            {
                var picked = new JsonMap();
                foreach (var path in pick.Texts)
                {
                    picked[path] = FieldPaths.Get(body, path);
                }

                body = picked;
            }

            return _normalizer.Walk(body);
        }, 400);
        return result;
    }

    private void PutBody(JsonMap result, byte[] body, Func<object?, object?> normalize, int textLimit)
    {
        if (body.Length == 0)
        {
            return;
        }

        if (TryParse(body, out var parsed))
        {
            if (parsed is not null)
            {
                result["body"] = normalize(parsed);
            }

            return;
        }

        var text = Encoding.UTF8.GetString(body);
        result["text"] = _normalizer.Text(text.Length > textLimit ? text[..textLimit] : text);
    }

    private async Task<Answer> SendAsync(JsonMap request)
    {
        using var message = Message(request);
        using var response = await client.SendAsync(message);
        var body = await response.Content.ReadAsByteArrayAsync();
        _ = TryParse(body, out var json);
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) ? types.ToString().Split(';')[0] : "";
        var warnings = response.Headers.NonValidated.TryGetValues("Warning", out var lines) ? lines.Count : 0;
        return new Answer((int)response.StatusCode, type, warnings, body, json);
    }

    private static HttpRequestMessage Message(JsonMap request)
    {
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Accept"] = "application/json",
            ["User-Agent"] = "conformance/1.0",
        };
        var token = (request.Text("as") ?? "admin") switch
        {
            "admin" => "admintoken",
            "bob" => "bobtoken",
            "none" => null,
            "bad" => "wrong",
            var other => other,
        };
        if (token is not null)
        {
            headers["Authorization"] = "Bearer " + token;
        }

        byte[]? body = request.Text("raw") is { } raw ? Encoding.UTF8.GetBytes(raw)
            : request.ContainsKey("body") ? JsonTree.ToUtf8(request["body"])
            : null;
        if (body is not null)
        {
            headers["Content-Type"] = "application/json";
        }

        foreach (var (key, value) in request.Map("headers") ?? [])
        {
            headers[key] = value as string;
        }

        var message = new HttpRequestMessage(new HttpMethod(request.Text("method")!), new Uri(request.Text("path")!, UriKind.Relative));
        if (body is not null)
        {
            message.Content = new ByteArrayContent(body);
        }

        foreach (var (key, value) in headers.Where(h => h.Value is not null))
        {
            if (!message.Headers.TryAddWithoutValidation(key, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(key, value);
            }
        }

        return message;
    }

    private static bool TryParse(byte[] body, out object? json)
    {
        try
        {
            json = JsonTree.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            json = null;
            return false;
        }
    }

    private object? Substitute(object? value)
    {
        switch (value)
        {
            case JsonMap map:
                var output = new JsonMap();
                foreach (var (key, item) in map)
                {
                    output[(string)Substitute(key)!] = Substitute(item);
                }

                return output;
            case JsonList list:
                return new JsonList(list.Select(Substitute));
            case string text:
                text = text.Replace("{ns}", _namespace, StringComparison.Ordinal).Replace("{id}", _id, StringComparison.Ordinal);
                if (WholeReference().Match(text) is { Success: true } whole)
                {
                    return Resolve(whole.Groups[1].Value);
                }

                return Reference().Replace(text, match => Resolve(match.Groups[1].Value)?.ToString() ?? "None");
            default:
                return value;
        }
    }

    private object? Resolve(string reference)
    {
        var dot = reference.IndexOf('.', StringComparison.Ordinal);
        return FieldPaths.Get(_bodies[int.Parse(reference[..dot], System.Globalization.CultureInfo.InvariantCulture)], reference[(dot + 1)..]);
    }

    [GeneratedRegex(@"^\$\{(\d+\.[^}]+)\}$")]
    private static partial Regex WholeReference();

    [GeneratedRegex(@"\$\{(\d+\.[^}]+)\}")]
    private static partial Regex Reference();

    private sealed record Answer(int Status, string ContentType, int Warnings, byte[] Body, object? Json);
}
