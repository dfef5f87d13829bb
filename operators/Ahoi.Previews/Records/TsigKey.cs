using System.Text;
using ARSoft.Tools.Net.Dns;

namespace Ahoi.Previews.Records;

/// <summary>A key that updates are signed with.</summary>
internal sealed record TsigKey(string Name, TSigAlgorithm Algorithm, byte[] Secret)
{
    private static readonly Dictionary<string, TSigAlgorithm> Algorithms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hmac-sha256"] = TSigAlgorithm.Sha256, ["hmac-sha384"] = TSigAlgorithm.Sha384, ["hmac-sha512"] = TSigAlgorithm.Sha512,
    };

    /// <summary>Reads a Secret.</summary>
    /// <exception cref="DnsException">It has no such key.</exception>
    public static TsigKey Of(string secret, IDictionary<string, byte[]>? data)
    {
        var algorithm = Text(data, "algorithm") is { Length: > 0 } given ? given : "hmac-sha256";
        if (!Algorithms.TryGetValue(algorithm, out var known))
        {
            throw new DnsException("KeyUnusable", $"The key in Secret {secret} has the algorithm '{algorithm}'; it must be one of {string.Join(", ", Algorithms.Keys)}.");
        }

        var text = Text(data, "secret") ?? "";
        var bytes = new byte[text.Length];
        return Text(data, "name") is { Length: > 0 } name && Convert.TryFromBase64String(text, bytes, out var length) && length > 0
            ? new(name, known, bytes[..length])
            : throw new DnsException("KeyUnusable", $"Secret {secret} needs the key's name in 'name' and its secret, in base64, in 'secret'.");
    }

    private static string? Text(IDictionary<string, byte[]>? data, string key) =>
        data?.TryGetValue(key, out var value) == true ? Encoding.UTF8.GetString(value).Trim() : null;
}
