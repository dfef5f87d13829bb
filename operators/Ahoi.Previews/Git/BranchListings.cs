using System.Collections.Concurrent;
using Ahoi.Api.Objects;

namespace Ahoi.Previews.Git;

/// <summary>What each PreviewApp's repository listed last. It is in memory alone: after a start everything is asked again.</summary>
internal sealed class BranchListings(GitProgram git)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<ObjectKey, State> _states = new();

    /// <summary>Asks for the next reconcile to look, whether it is time or not.</summary>
    public void Hint(ObjectKey app) => _states.GetOrAdd(app, _ => new()).Hinted = true;

    public void Forget(ObjectKey app) => _states.TryRemove(app, out _);

    /// <summary>Looks at the repository if it is time to.</summary>
    public async Task<BranchListing> OfAsync(
        ObjectKey app, string repository, TimeSpan interval, Func<Task<GitCredentials?>> credentials, TimeProvider time, CancellationToken cancellationToken)
    {
        var state = _states.GetOrAdd(app, _ => new());
        var now = time.GetUtcNow();
        var isNew = false;
        if (state.Hinted || now >= state.Next)
        {
            state.Hinted = false;
            try
            {
                state.Branches = await git.BranchesAsync(repository, await credentials().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                state.Fault = null;
                state.Failures = 0;
                state.Next = now + interval;
                isNew = true;
            }
            catch (GitException exception)
            {
                state.Fault = exception;
                state.Failures++;
                var pause = Math.Min(LongestPause.TotalSeconds, Math.Min(interval.TotalSeconds, 5) * Math.Pow(2, Math.Min(state.Failures - 1, 12)));
                state.Next = now + TimeSpan.FromSeconds(pause);
            }
        }

        return new(state.Branches, state.Fault, isNew, state.Next);
    }

    private sealed class State
    {
        public volatile bool Hinted;

        public IReadOnlyDictionary<string, string>? Branches { get; set; }

        public GitException? Fault { get; set; }

        public int Failures { get; set; }

        public DateTimeOffset Next { get; set; } = DateTimeOffset.MinValue;
    }
}

/// <summary>What a repository listed.</summary>
/// <param name="Branches">Its branches with their commits, of the last listing that was complete.</param>
/// <param name="Fault">Why the last look failed.</param>
/// <param name="IsNew">Whether it was looked at just now, with success.</param>
/// <param name="Next">When the next look is.</param>
internal sealed record BranchListing(IReadOnlyDictionary<string, string>? Branches, GitException? Fault, bool IsNew, DateTimeOffset Next);
