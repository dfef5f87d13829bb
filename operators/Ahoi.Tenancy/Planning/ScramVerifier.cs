using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ahoi.Tenancy.Planning;

/// <summary>
/// What PostgreSQL keeps instead of a password (RFC 5802 and 7677, written as PostgreSQL's <c>pg_authid.rolpassword</c>
/// has it). Setting a role's password by its verifier gives the same result every time; setting it by the password makes
/// a new salt, and throws out who logs in with keys of the old one.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096; // PostgreSQL's own default.
    private const int SaltBytes = 16;

    // The iterations are there to take long, and every database is looked at often.
    private static readonly Remembered<bool> Verified = new(16 * 1024);

    /// <summary>Makes a verifier with a new salt.</summary>
    public static string Create(string password)
    {
        var verifier = Create(password, RandomNumberGenerator.GetBytes(SaltBytes), Iterations);
        Verified.Note(Encoding.UTF8.GetBytes(verifier), Encoding.UTF8.GetBytes(password), true);
        return verifier;
    }

    /// <summary>Whether a verifier is one of a password.</summary>
    public static bool Verifies(string verifier, string password) =>
        Verified.Of(Encoding.UTF8.GetBytes(verifier), Encoding.UTF8.GetBytes(password), () => IsOf(verifier, password));

    private static bool IsOf(string verifier, string password)
    {
        if (verifier.Split('$') is not ["SCRAM-SHA-256", var first, var second]
            || first.Split(':') is not [var iterations, var salt]
            || second.Split(':').Length != 2
            || !int.TryParse(iterations, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < 1 or > 1_000_000)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(salt, bytes, out var length) && Create(password, bytes[..length].ToArray(), count) == verifier;
    }

    internal static string Create(string password, byte[] salt, int iterations)
    {
        // Passwords are ours and ASCII: normalising them (SASLprep) changes nothing.
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }
}
