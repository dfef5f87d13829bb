using Ahoi.Api.Json;

namespace Ahoi.Pools.Contract;

/// <summary>What one pooler's agent says of it, in an annotation of its own pod: it goes when the pod goes.</summary>
internal sealed record PoolerReport
{
    public const string Annotation = "internal.example.com/pooler";

    /// <summary>Gets the fingerprint of the configuration that pgbouncer runs with.</summary>
    public string Applied { get; init; } = "";

    /// <summary>Gets why the last configuration could not be applied; the one before it is in use then.</summary>
    public string? Fault { get; init; }

    /// <summary>Gets the settings that need a restart.</summary>
    public string? NeedsRestart { get; init; }

    /// <summary>Gets the cap under which the number of server connections is.</summary>
    public int Under { get; init; }

    /// <summary>Gets what it is paused for, or <see langword="null"/> where clients are served.</summary>
    public string? PausedFor { get; init; }

    /// <summary>Gets the last order for new server connections that was done.</summary>
    public string Reconnected { get; init; } = "";

    /// <summary>Gets whether it lets its clients go.</summary>
    public bool Draining { get; init; }

    /// <summary>Gets the address of the server that a probe through this pooler reached.</summary>
    public string? Target { get; init; }

    /// <summary>Gets whether that server takes writes; <see langword="null"/> where none answers.</summary>
    public bool? Writable { get; init; }

    public string ToJson()
    {
        var map = new JsonMap { ["applied"] = Applied, ["under"] = (long)Under, ["reconnected"] = Reconnected };
        Set(map, "fault", Fault);
        Set(map, "needsRestart", NeedsRestart);
        Set(map, "pausedFor", PausedFor);
        Set(map, "target", Target);
        if (Draining)
        {
            map["draining"] = true;
        }

        if (Writable is { } writable)
        {
            map["writable"] = writable;
        }

        return map.ToString();
    }

    /// <summary>Reads a report; one that is not a report says nothing.</summary>
    public static PoolerReport Read(string? json)
    {
        try
        {
            var map = json is null ? [] : JsonTree.ParseMap(json);
            return new()
            {
                Applied = map.Text("applied") ?? "",
                Fault = map.Text("fault"),
                NeedsRestart = map.Text("needsRestart"),
                Under = (int)(map.Integer("under") ?? 0),
                PausedFor = map.Text("pausedFor"),
                Reconnected = map.Text("reconnected") ?? "",
                Draining = map.Flag("draining") == true,
                Target = map.Text("target"),
                Writable = map.Flag("writable"),
            };
        }
        catch (System.Text.Json.JsonException)
        {
            return new();
        }
    }

    private static void Set(JsonMap map, string key, string? value)
    {
        if (value is not null)
        {
            map[key] = value;
        }
    }
}
