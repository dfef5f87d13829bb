using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Ahoi.Framework.Planning;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Children that are as they are described: what was found of each, for one version and one description. As long as
/// neither changes, neither does the verdict, and the child is not compared again.</summary>
internal sealed class ChildVerdicts
{
    private readonly ConcurrentDictionary<ObjectKey, List<Verdict>> _byOwner = new();

    public Verdict? Find(ObjectKey owner, WantedChild wanted, string version)
    {
        if (!_byOwner.TryGetValue(owner, out var verdicts))
        {
            return null;
        }

        lock (verdicts)
        {
            return IndexOf(verdicts, wanted) is >= 0 and var at && verdicts[at].Version == version && verdicts[at].Fingerprint == wanted.Fingerprint
                ? verdicts[at]
                : null;
        }
    }

    public void Note(ObjectKey owner, WantedChild wanted, string version, ChildState state = ChildState.Ready, string message = "")
    {
        var verdict = new Verdict(wanted.Kind, wanted.Key, wanted.Fingerprint, version, state, message);
        var verdicts = _byOwner.GetOrAdd(owner, static _ => new(1));
        lock (verdicts)
        {
            if (IndexOf(verdicts, wanted) is >= 0 and var at)
            {
                verdicts[at] = verdict;
            }
            else
            {
                verdicts.Add(verdict);
            }
        }
    }

    /// <summary>Forgets children that an owner does not describe any more.</summary>
    public void Keep(ObjectKey owner, IReadOnlyList<WantedChild> described)
    {
        if (!_byOwner.TryGetValue(owner, out var verdicts))
        {
            return;
        }

        lock (verdicts)
        {
            if (verdicts.Count > described.Count)
            {
                verdicts.RemoveAll(v => !described.Any(d => d.Key == v.Key && d.Kind == v.Kind));
            }
        }
    }

    public void Forget(ObjectKey owner) => _byOwner.TryRemove(owner, out _);

    private static int IndexOf(List<Verdict> verdicts, WantedChild wanted)
    {
        for (var i = 0; i < verdicts.Count; i++)
        {
            if (verdicts[i].Key == wanted.Key && verdicts[i].Kind == wanted.Kind)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A verdict, with what it was given for.</summary>
    internal readonly record struct Verdict(GroupVersionKind Kind, ObjectKey Key, UInt128 Fingerprint, string Version, ChildState State, string Message);
}
