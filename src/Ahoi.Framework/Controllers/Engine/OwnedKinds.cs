using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>The kinds a controller's children are of, with what watches a new one.</summary>
internal sealed class OwnedKinds(Action<GroupVersionKind> subscribe)
{
    private readonly Lock _gate = new();
    private GroupVersionKind[] _kinds = [];

    public IReadOnlyList<GroupVersionKind> Kinds
    {
        get
        {
            lock (_gate)
            {
                return _kinds;
            }
        }
    }

    /// <summary>Watches a kind from here on; nothing happens where it is watched already.</summary>
    public void Watch(GroupVersionKind kind)
    {
        lock (_gate)
        {
            if (_kinds.Contains(kind))
            {
                return;
            }

            _kinds = [.. _kinds, kind];
        }

        subscribe(kind);
    }
}
