namespace Ahoi.Framework.Scheduling.Plugins;

internal sealed class ResourceFilter : IPodFilter
{
    public string Name => nameof(PodFilters.Resources);

    public Func<NodeView, IReadOnlyList<string>> For(PodView pod, ClusterView cluster)
    {
        var wanted = pod.Requests.Where(r => r.Value > 0).OrderBy(r => r.Key, StringComparer.Ordinal).ToArray();
        return node =>
        {
            var faults = new List<string>();
            if (node.Pods.Count + 1 > node.Allocatable["pods"])
            {
                faults.Add("Too many pods");
            }

            foreach (var (name, amount) in wanted)
            {
                if (amount > node.Allocatable[name] - node.Requested[name])
                {
                    faults.Add($"Insufficient {name}");
                }
            }

            return faults;
        };
    }
}
