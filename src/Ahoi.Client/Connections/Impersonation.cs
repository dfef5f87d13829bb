namespace Ahoi.Client.Connections;

/// <summary>Whom to act as; the server checks that the real user may.</summary>
/// <param name="User">The user.</param>
public sealed record Impersonation(string User)
{
    /// <summary>Gets the uid, or <see langword="null"/>.</summary>
    public string? Uid { get; init; }

    /// <summary>Gets the groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Gets more about the user, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();
}
