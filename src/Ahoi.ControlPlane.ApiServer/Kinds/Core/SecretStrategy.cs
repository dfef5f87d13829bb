using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>Secrets.</summary>
internal sealed class SecretStrategy : KindStrategy
{
    private const int MaxSize = 1024 * 1024;

    /// <summary>Gets how many bytes a base64 text stands for.</summary>
    public static int DecodedLength(string base64) => (base64.Length / 4 * 3) - (base64.Length - base64.AsSpan().TrimEnd('=').Length);

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        value.Default("type", "Opaque");
        if (value.Map("stringData") is { } texts)
        {
            foreach (var (key, text) in texts)
            {
                value.EnsureMap("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text as string ?? ""));
            }
        }

        value.Remove("stringData");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value)
    {
        if (value.Text("type") != "kubernetes.io/tls" || value.Map("data") is not { } data)
        {
            yield break;
        }

        var (certificate, key) = (Decode(data.Text("tls.crt")), Decode(data.Text("tls.key")));
        string? problem = null;
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = $"tls: the certificate and its key do not form a pair: {exception.Message}";
        }

        if (problem is not null)
        {
            yield return problem;
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        var data = root["data"];
        long size = 0;
        foreach (var (key, item) in data.Entries)
        {
            (item with { Value = key }).Must(Names.ConfigKey);
            size += DecodedLength(item.Text);
        }

        if (size > MaxSize)
        {
            data.TooLong(MaxSize);
        }

        switch (value.Text("type"))
        {
            case "kubernetes.io/service-account-token":
                root["metadata"]["annotations"].Key("kubernetes.io/service-account.name").MustExist();
                break;
            case "kubernetes.io/dockercfg":
                Json(data.Key(".dockercfg"));
                break;
            case "kubernetes.io/dockerconfigjson":
                Json(data.Key(".dockerconfigjson"));
                break;
            case "kubernetes.io/basic-auth":
                if (!data.Key("username").Has && !data.Key("password").Has)
                {
                    data.Key("username").Required();
                    data.Key("password").Required();
                }

                break;
            case "kubernetes.io/ssh-auth":
                data.Key("ssh-privatekey").MustExist();
                break;
            case "kubernetes.io/tls":
                foreach (var key in (ReadOnlySpan<string>)["tls.crt", "tls.key"])
                {
                    if (!data.Key(key).Has)
                    {
                        data.Key(key).Required();
                    }
                }

                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        root["type"].Immutable(old["type"]);
        Immutability.Keep(root, old, "data");
    }

    private static void Json(Field item)
    {
        if (!item.Has)
        {
            item.Required();
            return;
        }

        try
        {
            JsonTree.ParseMap(Convert.FromBase64String(item.Text));
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            item.Errors.Invalid(item.Path, "<secret contents redacted>", "must be a JSON object");
        }
    }

    private static string Decode(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        return Convert.TryFromBase64String(base64 ?? "", bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }
}
