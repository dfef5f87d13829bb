using System.Globalization;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Pods;

namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>Makes the files of volumes that come from ConfigMaps, Secrets, the pod itself and tokens.</summary>
internal sealed class ProjectedFiles(PodFacts facts, PodSources sources, TokenCache tokens)
{
    private const long DefaultMode = 420; // 0644

    /// <summary>Gets whether a volume is of that sort.</summary>
    public static bool Makes(JsonMap volume) =>
        volume.Map("configMap") is not null || volume.Map("secret") is not null || volume.Map("downwardAPI") is not null || volume.Map("projected") is not null;

    /// <summary>Makes the files of a volume.</summary>
    /// <exception cref="VolumeFaultException">Something they come from is not there.</exception>
    public async Task<Dictionary<string, VolumeFile>> OfAsync(JsonMap volume, CancellationToken cancellationToken)
    {
        var name = volume.Text("name");
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        try
        {
            if (volume.Map("projected") is { } projected)
            {
                var mode = projected.Integer("defaultMode") ?? DefaultMode;
                foreach (var source in projected.List("sources")?.Maps ?? [])
                {
                    await AddAsync(files, source, mode, "name", cancellationToken).ConfigureAwait(false);
                }
            }
            else
            {
                var inner = volume.Map("configMap") ?? volume.Map("secret") ?? volume.Map("downwardAPI");
                await AddAsync(files, volume, inner?.Integer("defaultMode") ?? DefaultMode, "secretName", cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is VolumeFaultException or FormatException)
        {
            throw new VolumeFaultException($"MountVolume.SetUp failed for volume \"{name}\" : {exception.Message}");
        }

        return files;
    }

    private async Task AddAsync(Dictionary<string, VolumeFile> files, JsonMap source, long mode, string secretField, CancellationToken cancellationToken)
    {
        if (source.Map("configMap") is { } map)
        {
            var found = Needed("configmap", map.Text("name"), map, sources.ConfigMap(map.Text("name") ?? ""));
            var content = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var (key, value) in found?.Map("data") ?? [])
            {
                content[key] = Encoding.UTF8.GetBytes((string?)value ?? "");
            }

            foreach (var (key, value) in found?.Map("binaryData") ?? [])
            {
                content[key] = Convert.FromBase64String((string?)value ?? "");
            }

            Add(files, map, content, mode, "configmap");
        }
        else if (source.Map("secret") is { } secret)
        {
            var found = Needed("secret", secret.Text(secretField), secret, sources.Secret(secret.Text(secretField) ?? ""));
            Add(files, secret, (found?.Map("data") ?? []).ToDictionary(e => e.Key, e => Convert.FromBase64String((string?)e.Value ?? ""), StringComparer.Ordinal), mode, "secret");
        }
        else if (source.Map("downwardAPI") is { } downward)
        {
            foreach (var item in downward.List("items")?.Maps ?? [])
            {
                var value = item.Map("fieldRef") is { } field ? facts.Field(field.Text("fieldPath") ?? "") : facts.Resource(item.Map("resourceFieldRef") ?? [], null);
                files[item.Text("path") ?? ""] = new(Encoding.UTF8.GetBytes(value), (UnixFileMode)(item.Integer("mode") ?? mode));
            }
        }
        else if (source.Map("serviceAccountToken") is { } token)
        {
            var text = await tokens.GetAsync(facts, token.Text("audience"), token.Integer("expirationSeconds") ?? 3600, cancellationToken).ConfigureAwait(false);
            files[token.Text("path") ?? "token"] = new(Encoding.UTF8.GetBytes(text), (UnixFileMode)mode);
        }
        else
        {
            throw new VolumeFaultException($"its source ({string.Join(", ", source.Keys.Where(k => k != "name"))}) is not supported by this node");
        }
    }

    private JsonMap? Needed(string kind, string? name, JsonMap reference, JsonMap? found) => found is not null || reference.Flag("optional") == true
        ? found
        : throw new VolumeFaultException($"{kind} \"{name}\" not found in namespace {facts.Namespace}");

    private static void Add(Dictionary<string, VolumeFile> files, JsonMap source, Dictionary<string, byte[]> content, long mode, string kind)
    {
        if (source.List("items") is not { Count: > 0 } items)
        {
            foreach (var (key, value) in content)
            {
                files[key] = new(value, (UnixFileMode)mode);
            }

            return;
        }

        foreach (var item in items.Maps)
        {
            var key = item.Text("key") ?? "";
            if (content.TryGetValue(key, out var value))
            {
                files[item.Text("path") ?? key] = new(value, (UnixFileMode)(item.Integer("mode") ?? mode));
            }
            else if (source.Flag("optional") != true)
            {
                throw new VolumeFaultException(string.Create(CultureInfo.InvariantCulture, $"references non-existent {kind} key: {key}"));
            }
        }
    }
}
