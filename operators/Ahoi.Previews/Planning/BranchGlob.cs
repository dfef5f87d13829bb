using System.Text;
using System.Text.RegularExpressions;

namespace Ahoi.Previews.Planning;

/// <summary>Which branches are meant: <c>*</c> and <c>?</c> stay within a segment between slashes, <c>**</c> does not.</summary>
internal sealed class BranchGlob
{
    private readonly Regex _pattern;

    public BranchGlob(string glob)
    {
        var pattern = new StringBuilder("\\A");
        for (var i = 0; i < glob.Length; i++)
        {
            if (glob[i] == '*' && i + 1 < glob.Length && glob[i + 1] == '*')
            {
                pattern.Append(".*");
                i++;
            }
            else
            {
                pattern.Append(glob[i] switch { '*' => "[^/]*", '?' => "[^/]", var other => Regex.Escape(other.ToString()) });
            }
        }

        // It cannot backtrack, so that no pattern takes long (https://learn.microsoft.com/dotnet/api/system.text.regularexpressions.regexoptions).
        _pattern = new Regex(pattern.Append("\\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }

    public bool Matches(string branch) => _pattern.IsMatch(branch);

    /// <summary>Whether a branch is included and not excluded. Nothing included means all.</summary>
    public static Func<string, bool> Of(IReadOnlyList<string>? include, IReadOnlyList<string>? exclude)
    {
        BranchGlob[] wanted = [.. (include ?? []).Select(g => new BranchGlob(g))];
        BranchGlob[] unwanted = [.. (exclude ?? []).Select(g => new BranchGlob(g))];
        return branch => (wanted.Length == 0 || wanted.Any(g => g.Matches(branch))) && !unwanted.Any(g => g.Matches(branch));
    }
}
