using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ahoi.Previews.Hooks;

/// <summary>Tells who knows the secret. All comparisons take the same time, whatever is wrong.</summary>
internal static class HookSignature
{
    /// <summary>How far the clock of a caller may be off, as the Standard Webhooks specification recommends.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Base64Secret = "whsec_";

    /// <summary>Whether whoever called knows the secret.</summary>
    /// <param name="request">The call.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="now">The time.</param>
    public static bool IsRight(HookRequest request, string secret, DateTimeOffset now) => request.Forge switch
    {
        HookForge.GitHub => request.Header("X-Hub-Signature-256") is { } signature
            && signature.StartsWith("sha256=", StringComparison.Ordinal) && IsHex(signature["sha256=".Length..], request.Body.Span, secret),
        HookForge.Gitea => request.Header("X-Gitea-Signature") is { } signature && IsHex(signature, request.Body.Span, secret),
        HookForge.GitLab when request.Header("webhook-signature") is null => request.Header("X-Gitlab-Token") is { } token && AreEqual(token, secret),
        _ => IsStandard(request, secret, now),
    };

    private static bool IsHex(string given, ReadOnlySpan<byte> body, string secret) =>
        AreEqual(given, Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)));

    private static bool IsStandard(HookRequest request, string secret, DateTimeOffset now)
    {
        if (request.Header("webhook-id") is not { Length: > 0 } id
            || request.Header("webhook-signature") is not { } signatures
            || !long.TryParse(request.Header("webhook-timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
        {
            return false;
        }

        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. request.Body.Span];
        var right = $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed))}";
        var isRight = false;
        foreach (var signature in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            isRight |= AreEqual(signature, right);
        }

        return isRight;
    }

    private static byte[] KeyOf(string secret)
    {
        var buffer = new byte[secret.Length];
        return secret.StartsWith(Base64Secret, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[Base64Secret.Length..], buffer, out var length)
            ? buffer[..length]
            : Encoding.UTF8.GetBytes(secret);
    }

    // Hashed first, so that lengths are equal as well.
    private static bool AreEqual(string given, string right) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(right)));
}
