using System.Text;

namespace Ahoi.Previews.Planning;

/// <summary>What git takes for a branch's name (https://git-scm.com/docs/git-check-ref-format).</summary>
internal static class BranchNames
{
    /// <summary>The longest name that a branch can have here, in bytes: git keeps it as a file's name below refs/heads.</summary>
    public const int Limit = 244;

    public static bool IsGood(string branch) =>
        branch.Length > 0 && Encoding.UTF8.GetByteCount(branch) <= Limit && branch != "@"
        && branch[0] is not ('-' or '/') && branch[^1] is not ('/' or '.')
        && !branch.EndsWith(".lock", StringComparison.Ordinal)
        && !branch.Contains("..", StringComparison.Ordinal) && !branch.Contains("//", StringComparison.Ordinal) && !branch.Contains("@{", StringComparison.Ordinal)
        && !branch.Any(c => c <= ' ' || c == '\x7f' || "~^:?*[\\".Contains(c, StringComparison.Ordinal));
}
