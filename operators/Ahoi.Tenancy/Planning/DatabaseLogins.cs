using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;

namespace Ahoi.Tenancy.Planning;

/// <summary>
/// The two roles that applications log in with, of which one is in use. A new password goes to the other one, which is
/// then handed out; the former keeps working for a while, so that nobody is thrown out. Both act as the role that owns the
/// data. This is the operator's own Secret: applications get a copy of the role in use.
/// </summary>
/// <param name="Active">The role in use.</param>
/// <param name="Logins">The roles that may log in.</param>
/// <param name="Token">What asked for the password in use.</param>
/// <param name="Pending">What asked for the password that is being made, or <see langword="null"/>.</param>
/// <param name="RetireAt">When the role that is not in use may not log in any more, or <see langword="null"/>.</param>
internal sealed record DatabaseLogins(
    string Active, IReadOnlyDictionary<string, DatabaseLogin> Logins, string Token, string? Pending, DateTimeOffset? RetireAt)
{
    public const string FirstRole = "app_a";
    public const string SecondRole = "app_b";

    private const string RetireKey = "retire-at";

    public string Password => Logins[Active].Password;

    /// <summary>The name that a role here has in a server.</summary>
    /// <param name="role">One of the two roles.</param>
    /// <param name="owner">The role there that owns the data.</param>
    public static string NameIn(string role, string owner) => owner + role[DatabaseNames.Owner.Length..];

    private string Standby => Active == FirstRole ? SecondRole : FirstRole;

    public static DatabaseLogins Create(string token) =>
        new(FirstRole, new Dictionary<string, DatabaseLogin> { [FirstRole] = DatabaseLogin.Create() }, token, null, null);

    /// <summary>Reads the Secret; what is missing or was damaged by hand is made anew.</summary>
    public static DatabaseLogins Read(V1Secret secret, string token)
    {
        var logins = new Dictionary<string, DatabaseLogin>();
        foreach (var role in new[] { FirstRole, SecondRole })
        {
            if (Text(secret, $"{role}.password") is { Length: > 0 } password)
            {
                var verifier = Text(secret, $"{role}.verifier");
                logins[role] = new(password, verifier is not null && ScramVerifier.Verifies(verifier, password) ? verifier : ScramVerifier.Create(password));
            }
        }

        if (Text(secret, "active") is not { } active || !logins.ContainsKey(active))
        {
            active = logins.Keys.Order(StringComparer.Ordinal).FirstOrDefault();
        }

        return active is null
            ? Create(token)
            : new(active, logins, Text(secret, "token") ?? "", Text(secret, "pending"), ReadTime(Text(secret, RetireKey)));
    }

    /// <summary>Goes on with a change of password.</summary>
    /// <param name="token">What the Database asks with.</param>
    /// <param name="provisioned">Whether the server has the roles as they are here.</param>
    /// <param name="grace">How long the former role keeps working.</param>
    /// <param name="now">The time.</param>
    public DatabaseLogins Next(string token, bool provisioned, TimeSpan grace, DateTimeOffset now)
    {
        if (!provisioned)
        {
            return this;
        }

        if (Pending is not null)
        {
            return this with { Active = Standby, Token = Pending, Pending = null, RetireAt = now + grace };
        }

        if (RetireAt <= now)
        {
            return this with { Logins = new Dictionary<string, DatabaseLogin> { [Active] = Logins[Active] }, RetireAt = null };
        }

        // A second change while the former role is still in use waits for its end.
        return token == Token || RetireAt is not null
            ? this
            : this with { Logins = new Dictionary<string, DatabaseLogin>(Logins) { [Standby] = DatabaseLogin.Create() }, Pending = token };
    }

    public Dictionary<string, byte[]> ToData()
    {
        var data = new Dictionary<string, byte[]> { ["active"] = Bytes(Active), ["token"] = Bytes(Token) };
        if (Pending is not null)
        {
            data["pending"] = Bytes(Pending);
        }

        if (RetireAt is { } at)
        {
            data[RetireKey] = Bytes(at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        }

        foreach (var (role, login) in Logins)
        {
            data[$"{role}.password"] = Bytes(login.Password);
            data[$"{role}.verifier"] = Bytes(login.Verifier);
        }

        return data;
    }

    /// <summary>What the server has to know of a role: its verifier, or nothing where it may not log in.</summary>
    public string VerifierOf(string role) => Logins.TryGetValue(role, out var login) ? login.Verifier : "";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(V1Secret secret, string key) =>
        secret.Data is { } data && data.TryGetValue(key, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}

/// <summary>A role's password and what the server keeps of it.</summary>
internal sealed record DatabaseLogin(string Password, string Verifier)
{
    public static DatabaseLogin Create()
    {
        var password = RandomText();
        return new(password, ScramVerifier.Create(password));
    }

    /// <summary>Makes a password that needs no quoting anywhere.</summary>
    public static string RandomText() =>
        RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32);
}
