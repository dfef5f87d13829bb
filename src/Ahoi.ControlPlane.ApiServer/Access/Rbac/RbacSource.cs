using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Rbac;

/// <summary>
/// Keeps the policy in step with the stored roles and bindings: every question first takes in what has changed since the
/// last one, so that a right counts as soon as its binding is readable.
/// </summary>
internal sealed class RbacSource(ObjectFeed feed, ResourceRegistry registry)
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Version = "v1";
    private const int BatchSize = 1000;

    private static readonly (string Plural, string Kind)[] Kinds =
    [
        ("clusterroles", "ClusterRole"),
        ("clusterrolebindings", "ClusterRoleBinding"),
        ("roles", "Role"),
        ("rolebindings", "RoleBinding"),
    ];

    private readonly Lock _gate = new();
    private readonly long[] _seen = [-1, -1, -1, -1];
    private RbacPolicy _policy = RbacPolicy.Empty;

    public async ValueTask<RbacPolicy> ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var (plural, _) in Kinds)
        {
            if (registry.Current.Find(Group, Version, plural)?.Storage is { } storage)
            {
                await feed.CatchUpAsync(storage, cancellationToken).ConfigureAwait(false);
            }
        }

        lock (_gate)
        {
            for (var i = 0; i < Kinds.Length; i++)
            {
                if (registry.Current.Find(Group, Version, Kinds[i].Plural)?.Storage is { } storage)
                {
                    TakeInLocked(i, storage.Cache);
                }
            }

            return _policy;
        }
    }

    private void TakeInLocked(int index, ResourceCache cache)
    {
        var events = new List<CachedEvent>();
        while (_seen[index] >= 0)
        {
            events.Clear();
            if (cache.Read(_seen[index], events, BatchSize, out _) != ReadResult.Read)
            {
                break; // Too far behind: everything is read anew.
            }

            foreach (var change in events)
            {
                PutLocked(Kinds[index].Kind, change.After ?? change.Before!, change.After is null);
                _seen[index] = change.Revision;
            }

            if (events.Count < BatchSize)
            {
                return;
            }
        }

        _policy = _policy.Without(Kinds[index].Kind);
        foreach (var value in cache.Snapshot(cache.Prefix, out var revision))
        {
            PutLocked(Kinds[index].Kind, value, gone: false);
            _seen[index] = revision;
        }

        _seen[index] = Math.Max(_seen[index], 0);
    }

    private void PutLocked(string kind, CachedObject value, bool gone) =>
        _policy = _policy.With(kind, value.Namespace.ToString(), value.Name.ToString(), gone ? null : value.Parse());
}
