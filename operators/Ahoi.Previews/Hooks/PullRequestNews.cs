using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Hooks;

/// <summary>What webhooks told of pull requests, until it stands in the PreviewApp's status.</summary>
internal sealed class PullRequestNews
{
    private const int Most = 1000;

    private readonly ConcurrentDictionary<ObjectKey, ConcurrentDictionary<string, PullRequest?>> _news = new();

    /// <summary>Notes the open pull request of a branch, or that it has none any more.</summary>
    public void Note(ObjectKey app, string branch, PullRequest? request)
    {
        var news = _news.GetOrAdd(app, _ => new(StringComparer.Ordinal));
        if (news.Count < Most)
        {
            news[branch] = request;
        }
    }

    /// <summary>Puts the news over what stands in the status, and forgets what stands there.</summary>
    /// <param name="app">The PreviewApp.</param>
    /// <param name="known">What stands there.</param>
    /// <param name="isThere">Whether there is such a branch.</param>
    public IReadOnlyList<BranchPullRequest>? Over(ObjectKey app, IReadOnlyList<BranchPullRequest>? known, Func<string, bool> isThere)
    {
        var all = (known ?? []).ToDictionary(r => r.Branch, r => r.PullRequest, StringComparer.Ordinal);
        if (_news.TryGetValue(app, out var news))
        {
            foreach (var item in news)
            {
                if (all.GetValueOrDefault(item.Key) == item.Value)
                {
                    news.TryRemove(item); // Unless there is something newer.
                }
                else if (item.Value is null)
                {
                    all.Remove(item.Key);
                }
                else
                {
                    all[item.Key] = item.Value;
                }
            }
        }

        IReadOnlyList<BranchPullRequest> left =
            [.. all.Where(r => isThere(r.Key)).OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => new BranchPullRequest { Branch = r.Key, PullRequest = r.Value })];
        return left.Count == 0 ? null : left;
    }

    public void Forget(ObjectKey app) => _news.TryRemove(app, out _);
}
