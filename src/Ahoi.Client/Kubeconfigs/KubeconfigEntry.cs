using Ahoi.Api.Json;

namespace Ahoi.Client.Kubeconfigs;

/// <summary>A cluster, user or context, and the file it is from.</summary>
internal sealed record KubeconfigEntry(string Kind, string Name, string File, JsonMap Content)
{
    public string? Text(string key) => Content.Text(key) is { Length: > 0 } text ? text : null;

    /// <summary>A path, relative to the file's folder.</summary>
    public string? PathAt(string key) => Text(key) is { } path ? Resolve(path) : null;

    /// <summary>What is given in base64.</summary>
    public byte[]? Data(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException exception)
        {
            throw new KubeconfigException($"{this}: {key} is not base64.", exception);
        }
    }

    public string Resolve(string path) => Path.GetFullPath(path, Path.GetDirectoryName(File)!); // A full path has a folder.

    public override string ToString() => $"{File}: {Kind} '{Name}'";
}
