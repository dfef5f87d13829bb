using Ahoi.Api.Json;

namespace Ahoi.Conformance.Tests;

/// <summary>
/// One recorded exchange with a Kubernetes 1.36 API server: steps (requests, watches, waits, pauses) and what the
/// server answered to each, normalised.
/// </summary>
internal sealed record Scenario(string Name, string Topic, JsonMap Json)
{
    /// <summary>Gets what the scenario needs: controllers, no-controllers, etcd-tokens, or nothing.</summary>
    public string? Needs => Json.Text("needs");

    /// <summary>Gets whether built-in controllers take part in what is answered.</summary>
    public bool NeedsControllers => Topic == "controllers" || Needs == "controllers";

    public bool HasNamespace => Json.Flag("namespace") ?? true;

    public IEnumerable<JsonMap> Setup => Json.List("setup")?.Maps ?? [];

    public IEnumerable<JsonMap> Steps => Json.List("steps")?.Maps ?? [];

    public IEnumerable<JsonMap> Cleanup => Json.List("cleanup")?.Maps ?? [];

    public JsonList Expected => Json.List("expect")!;

    public static IReadOnlyList<Scenario> LoadAll()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "cases");
        return
        [
            .. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(file => JsonTree.ParseMap(File.ReadAllBytes(file)))
                .Select(json => new Scenario(json.Text("name")!, json.Text("topic") ?? "misc", json)),
        ];
    }
}
