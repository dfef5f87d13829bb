namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>
/// Finds the backend of a request, as Kubernetes documents it: host and path must match; a host's own rules come before
/// those of its wildcard, and those before rules for every host; an exact path before a prefix, a longer prefix before a
/// shorter one; the older Ingress where two say the same. What no rule matches goes to the default backend of an Ingress that
/// has rules for the host, and then of the oldest that has one. It never changes.
/// </summary>
internal sealed class IngressRoutes
{
    public static readonly IngressRoutes Empty = new([]);

    private readonly Dictionary<string, HostRoutes> _hosts = new(StringComparer.Ordinal);
    private readonly IngressBackend? _default;

    /// <param name="ingresses">The Ingresses, the oldest first.</param>
    public IngressRoutes(IReadOnlyList<IngressView> ingresses)
    {
        foreach (var ingress in ingresses)
        {
            _default ??= ingress.Default;
            foreach (var path in ingress.Paths)
            {
                if (!_hosts.TryGetValue(path.Host, out var routes))
                {
                    _hosts[path.Host] = routes = new();
                }

                routes.Add(path, ingress.Default);
            }
        }

        foreach (var routes in _hosts.Values)
        {
            routes.Sort();
        }
    }

    /// <summary>Finds where a request goes.</summary>
    /// <param name="host">The host that was asked for, without the port.</param>
    /// <param name="path">The path.</param>
    /// <returns>The backend, or <see langword="null"/> where nothing matches.</returns>
    public IngressBackend? Find(string host, string path)
    {
        var name = host.TrimEnd('.').ToLowerInvariant();
        HostRoutes?[] candidates = [_hosts.GetValueOrDefault(name), _hosts.GetValueOrDefault(Wildcard(name)), _hosts.GetValueOrDefault("")];
        foreach (var routes in candidates)
        {
            if (routes?.Find(path) is { } found)
            {
                return found;
            }
        }

        return candidates.Select(r => r?.Default).FirstOrDefault(d => d is not null) ?? _default;
    }

    /// <summary>Gets the wildcard that covers a host: one label, no more and no less, stands for the asterisk.</summary>
    public static string Wildcard(string host) => host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? "*" + host[dot..] : "*";

    private sealed class HostRoutes
    {
        private readonly Dictionary<string, IngressBackend> _exact = new(StringComparer.Ordinal);
        private readonly List<(string Prefix, IngressBackend Backend)> _prefixes = [];

        public IngressBackend? Default { get; private set; }

        public void Add(IngressPath path, IngressBackend? fallback)
        {
            Default ??= fallback;
            if (path.Backend is not { } backend)
            {
                return;
            }

            if (path.IsExact)
            {
                _exact.TryAdd(path.Path, backend);
            }
            else
            {
                _prefixes.Add((path.Path.TrimEnd('/'), backend));
            }
        }

        public void Sort()
        {
            var sorted = _prefixes.OrderByDescending(p => p.Prefix.Length).ToList(); // Stable, so that the older stays first.
            _prefixes.Clear();
            _prefixes.AddRange(sorted);
        }

        public IngressBackend? Find(string path)
        {
            if (_exact.TryGetValue(path, out var exact))
            {
                return exact;
            }

            foreach (var (prefix, backend) in _prefixes)
            {
                if (path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/' || prefix.Length == 0))
                {
                    return backend;
                }
            }

            return null;
        }
    }
}
