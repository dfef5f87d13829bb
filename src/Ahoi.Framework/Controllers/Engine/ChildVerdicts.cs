using System.Collections.Concurrent;
using Ahoi.Api.Objects;
using Ahoi.Framework.Planning;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>What was found of children whose content is not kept, each for one version and one description: as long as
/// neither changes, neither does the verdict.</summary>
internal sealed class ChildVerdicts
{
    private readonly ConcurrentDictionary<ObjectKey, ConcurrentDictionary<(GroupVersionKind, ObjectKey), Verdict>> _byOwner = new();

    public Verdict? Find(ObjectKey owner, WantedChild wanted, string content, string version) =>
        _byOwner.TryGetValue(owner, out var children) && children.TryGetValue((wanted.Kind, wanted.Key), out var verdict)
        && verdict.Content == content && verdict.Version == version
            ? verdict
            : null;

    public void Note(ObjectKey owner, WantedChild wanted, string content, string version, ChildOutcome outcome) =>
        _byOwner.GetOrAdd(owner, _ => new())[(wanted.Kind, wanted.Key)] = new(content, version, outcome.State, outcome.Message);

    public void Forget(ObjectKey owner) => _byOwner.TryRemove(owner, out _);

    /// <summary>A verdict, with what it was given for.</summary>
    internal sealed record Verdict(string Content, string Version, ChildState State, string Message);
}
