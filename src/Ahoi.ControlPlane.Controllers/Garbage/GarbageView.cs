using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Garbage;

/// <summary>What the graph knows of an object at one moment.</summary>
internal sealed record GarbageView(
    string Uid,
    GroupVersionKind Type,
    ObjectKey Key,
    bool WasSeen,
    bool IsBeingDeleted,
    bool AwaitsDependents,
    bool Orphans,
    IReadOnlyList<GarbageDependent> Dependents);

/// <summary>An object that names another as its owner.</summary>
internal sealed record GarbageDependent(string Uid, GroupVersionKind Type, ObjectKey Key, bool AwaitsDependents, bool Blocks);
