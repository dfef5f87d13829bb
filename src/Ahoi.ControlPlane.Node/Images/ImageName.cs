using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.Node.Images;

/// <summary>
/// The full name of an image, as container runtimes complete what users write: <c>postgres</c> is
/// <c>docker.io/library/postgres:latest</c>.
/// </summary>
/// <param name="Repository">The registry and the path, as in <c>docker.io/library/postgres</c>.</param>
/// <param name="Tag">The tag; <see langword="null"/> where only a digest is given.</param>
/// <param name="Digest">The digest with its algorithm, where one is given; it counts for more than the tag.</param>
public sealed partial record ImageName(string Repository, string? Tag, string? Digest)
{
    private const string DefaultRegistry = "docker.io";
    private const string OldRegistry = "index.docker.io";
    private const string DefaultTag = "latest";
    private const int LongestRepository = 255;

    /// <summary>The name of the machine's own root filesystem.</summary>
    internal const string Host = "host";

    /// <summary>Gets whether it names the machine's own root filesystem: <c>host</c>, or <c>host:latest</c>.</summary>
    public bool IsHost => Repository == DefaultRegistry + "/library/" + Host && Tag == DefaultTag && Digest is null;

    /// <summary>Reads a name and completes it.</summary>
    /// <param name="text">What a user wrote.</param>
    /// <returns>The full name.</returns>
    /// <exception cref="InvalidImageNameException">It is no name of an image.</exception>
    public static ImageName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (rest, tag, digest) = (text, (string?)null, (string?)null);
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            (rest, digest) = (rest[..at], rest[(at + 1)..]);
            Check(DigestPattern().IsMatch(digest), text, $"'{digest}' is no digest, which is written sha256: and 64 of 0-9a-f");
        }

        // A colon before the last slash belongs to the registry's port.
        if (rest.LastIndexOf(':') is >= 0 and var colon && colon > rest.LastIndexOf('/'))
        {
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
            Check(TagPattern().IsMatch(tag), text, $"'{tag}' is no tag: up to 128 letters, digits, '_', '-' and '.', the first no '-' and no '.'");
        }

        Check(rest.Length > 0, text, "there is no name");
        Check(!BareDigestPattern().IsMatch(rest), text, "64 of 0-9a-f are a content's id, not a name");
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (registry, path) = slash > 0 && IsRegistry(rest[..slash]) ? (rest[..slash], rest[(slash + 1)..]) : (DefaultRegistry, rest);
        Check(RegistryPattern().IsMatch(registry), text, $"'{registry}' is no registry");
        if (registry == OldRegistry)
        {
            registry = DefaultRegistry;
        }

        if (registry == DefaultRegistry && !path.Contains('/', StringComparison.Ordinal))
        {
            path = "library/" + path;
        }

        Check(!path.Any(char.IsAsciiLetterUpper), text, $"repository name ({path}) must be lowercase");
        Check(PathPattern().IsMatch(path), text, $"'{path}' is no path: parts of lower-case letters and digits with single '.', '_', '__' or '-' between them");

        var repository = $"{registry}/{path}";
        Check(repository.Length <= LongestRepository, text, $"repository name must not be more than {LongestRepository} characters");
        return new(repository, tag ?? (digest is null ? DefaultTag : null), digest);
    }

    /// <summary>Writes the name in full.</summary>
    /// <returns>As in <c>docker.io/library/postgres:17</c>; with the tag and the digest where both are given.</returns>
    public override string ToString() => Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Writes the name as users do, without what goes without saying.</summary>
    /// <returns>As in <c>postgres:17</c>.</returns>
    public string ToShortString()
    {
        var full = ToString();
        return full.StartsWith(DefaultRegistry + "/library/", StringComparison.Ordinal) ? full[(DefaultRegistry.Length + "/library/".Length)..]
            : full.StartsWith(DefaultRegistry + "/", StringComparison.Ordinal) ? full[(DefaultRegistry.Length + 1)..]
            : full;
    }

    private static bool IsRegistry(string first) =>
        first == "localhost" || first.AsSpan().IndexOfAny('.', ':') >= 0 || first.Any(char.IsAsciiLetterUpper);

    private static void Check([DoesNotReturnIf(false)] bool holds, string text, string fault)
    {
        if (!holds)
        {
            throw new InvalidImageNameException(text, fault);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-f]{32,}\z")]
    private static partial Regex DigestPattern();

    [GeneratedRegex(@"\A[0-9A-Za-z_][0-9A-Za-z_.-]{0,127}\z")]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex BareDigestPattern();

    [GeneratedRegex(@"\A(?:[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?(?:\.[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?\z")]
    private static partial Regex RegistryPattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathPattern();
}
