using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.Client.Discovery;

/// <summary>Asks a server what it serves: in two requests where it can, else one for each group version.</summary>
internal static class DiscoveryReader
{
    private const string Accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    public static async Task<ResourceCatalog> ReadAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var core = await GetAsync(client, "/api", Accept, cancellationToken).ConfigureAwait(false);
        var groups = await GetAsync(client, "/apis", Accept, cancellationToken).ConfigureAwait(false);
        var resources = new List<ApiResource>();
        var failed = new List<string>();
        await ReadAsync(client, core, isCore: true, resources, failed, cancellationToken).ConfigureAwait(false);
        await ReadAsync(client, groups, isCore: false, resources, failed, cancellationToken).ConfigureAwait(false);
        return new(resources, failed);
    }

    private static async Task ReadAsync(
        ApiClient client, JsonMap json, bool isCore, List<ApiResource> resources, List<string> failed, CancellationToken cancellationToken)
    {
        if (json.Text("kind") == "APIGroupDiscoveryList")
        {
            foreach (var group in json.List("items")?.Maps ?? [])
            {
                ReadAggregated(group, resources, failed);
            }

            return;
        }

        var versions = isCore
            ? (json.List("versions")?.Texts ?? []).Select(v => ("", v))
            : (json.List("groups")?.Maps ?? []).SelectMany(GroupVersions);
        foreach (var (group, version) in versions.ToArray())
        {
            var basePath = new GroupVersionResource(group, version, "").BasePath;
            try
            {
                ReadPlain(await GetAsync(client, "/" + basePath, MediaTypes.Json, cancellationToken).ConfigureAwait(false), group, version, resources);
            }
            catch (ApiException exception) when (exception.Code is 404 or >= 500)
            {
                // One group's server being away must not hide the others.
                failed.Add(new GroupVersionKind(group, version, "").ApiVersion);
            }
        }
    }

    private static IEnumerable<(string Group, string Version)> GroupVersions(JsonMap group)
    {
        var name = group.Text("name") ?? "";
        var preferred = group.Map("preferredVersion")?.Text("version");
        return (group.List("versions")?.Maps ?? [])
            .Select(v => v.Text("version") ?? "")
            .OrderByDescending(v => v == preferred)
            .Select(v => (name, v));
    }

    private static void ReadAggregated(JsonMap group, List<ApiResource> resources, List<string> failed)
    {
        var name = group.Map("metadata")?.Text("name") ?? "";
        foreach (var version in group.List("versions")?.Maps ?? [])
        {
            var versionName = version.Text("version") ?? "";
            if (version.Text("freshness") == "Stale")
            {
                failed.Add(new GroupVersionKind(name, versionName, "").ApiVersion);
            }

            foreach (var resource in version.List("resources")?.Maps ?? [])
            {
                // A resource without a kind has subresources only, which the API serves for older clients.
                var kind = resource.Map("responseKind");
                resources.Add(new(
                    new(name, versionName, resource.Text("resource") ?? ""),
                    new(Given(kind, "group") ?? name, Given(kind, "version") ?? versionName, kind?.Text("kind") ?? ""),
                    resource.Text("scope") == "Namespaced")
                {
                    Singular = resource.Text("singularResource") ?? "",
                    ShortNames = Texts(resource, "shortNames"),
                    Categories = Texts(resource, "categories"),
                    Verbs = Texts(resource, "verbs"),
                    Subresources = [.. (resource.List("subresources")?.Maps ?? []).Select(s => s.Text("subresource") ?? "")],
                });
            }
        }
    }

    private static void ReadPlain(JsonMap list, string group, string version, List<ApiResource> resources)
    {
        var all = (list.List("resources")?.Maps ?? []).ToArray();
        foreach (var resource in all)
        {
            var name = resource.Text("name") ?? "";
            if (name.Contains('/', StringComparison.Ordinal))
            {
                continue;
            }

            resources.Add(new(
                new(group, version, name),
                new(Given(resource, "group") ?? group, Given(resource, "version") ?? version, resource.Text("kind") ?? ""),
                resource.Flag("namespaced") ?? false)
            {
                Singular = resource.Text("singularName") ?? "",
                ShortNames = Texts(resource, "shortNames"),
                Categories = Texts(resource, "categories"),
                Verbs = Texts(resource, "verbs"),
                Subresources =
                [
                    .. all.Select(s => s.Text("name") ?? "")
                        .Where(s => s.StartsWith(name + "/", StringComparison.Ordinal))
                        .Select(s => s[(name.Length + 1)..]),
                ],
            });
        }
    }

    private static string? Given(JsonMap? json, string key) => json?.Text(key) is { Length: > 0 } text ? text : null;

    private static string[] Texts(JsonMap json, string key) => json.List(key)?.Texts.ToArray() ?? [];

    private static async Task<JsonMap> GetAsync(ApiClient client, string path, string accept, CancellationToken cancellationToken)
    {
        var answer = await client.RequestAsync(HttpMethod.Get, path, accept: accept, cancellationToken: cancellationToken).ConfigureAwait(false);
        return JsonTree.ParseMap(answer.Body.Span);
    }
}
