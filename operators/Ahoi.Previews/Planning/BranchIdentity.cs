using System.Security.Cryptography;
using System.Text;

namespace Ahoi.Previews.Planning;

/// <summary>
/// Names made from a branch. The hash is the identity: of the branch and not of its commit, so that a push changes no name.
/// The slug is decoration.
/// </summary>
internal static class BranchIdentity
{
    /// <summary>How long a label of a host name may be (RFC 1035, 2.3.4).</summary>
    private const int LabelLimit = 63;

    /// <summary>All digits of a branch's hash. Bytes are taken as they are: git does not fold case either.</summary>
    public static string Digits(string repository, string app, string branch) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{repository}\n{app}\nrefs/heads/{branch}")));

    /// <summary>The first digits that no other branch has; two more at a time where they are taken.</summary>
    public static string Hash(string repository, string app, string branch, int length, Func<string, bool> isTaken)
    {
        var digits = Digits(repository, app, branch);
        while (isTaken(digits[..length]) && length + 2 <= digits.Length)
        {
            length += 2;
        }

        return digits[..length];
    }

    /// <summary>What of a branch's name can be in a host name.</summary>
    public static string Slug(string branch, int limit)
    {
        var slug = new StringBuilder();
        foreach (var character in branch)
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(char.ToLowerInvariant(character));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        var text = slug.ToString();
        text = text[..Math.Min(text.Length, Math.Max(0, limit))].TrimEnd('-');
        return text.Length == 0 ? "b" : text;
    }

    /// <summary>The first label of a host, from a template with <c>{hash}</c> and perhaps <c>{slug}</c>.</summary>
    public static string Label(string template, string hash, string branch)
    {
        var withHash = template.Replace("{hash}", hash, StringComparison.Ordinal);
        var rest = withHash.Replace("{slug}", "", StringComparison.Ordinal).Length;
        return withHash.Replace("{slug}", Slug(branch, LabelLimit - rest), StringComparison.Ordinal);
    }
}
