using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Namespaces;

/// <summary>What is left in a namespace that ends, and the conditions that say so.</summary>
internal sealed class NamespaceContent
{
    private readonly SortedDictionary<string, int> _resources = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _finalizers = new(StringComparer.Ordinal);

    /// <summary>Gets the groups that discovery could not say anything of.</summary>
    public List<string> FailedGroups { get; } = [];

    /// <summary>Gets what the server said where it refused to delete.</summary>
    public List<string> Failures { get; } = [];

    public bool IsGone => _resources.Count == 0 && FailedGroups.Count == 0 && Failures.Count == 0;

    public void Note(GroupVersionResource resource, RawObject item)
    {
        var name = $"{resource.Resource}.{resource.Group}";
        _resources[name] = _resources.GetValueOrDefault(name) + 1;
        foreach (var finalizer in item.Finalizers)
        {
            _finalizers[finalizer] = _finalizers.GetValueOrDefault(finalizer) + 1;
        }
    }

    /// <summary>Makes the conditions, in Kubernetes' order and words; one that says the same keeps its time.</summary>
    public JsonList Conditions(JsonList? before, DateTimeOffset now)
    {
        var conditions = new JsonList();
        Add("NamespaceDeletionDiscoveryFailure", FailedGroups.Count > 0,
            "DiscoveryFailed", $"Discovery failed for some groups, {FailedGroups.Count} failing: {string.Join(", ", FailedGroups)}",
            "ResourcesDiscovered", "All resources successfully discovered");
        Add("NamespaceDeletionGroupVersionParsingFailure", false, "", "", "ParsedGroupVersions", "All legacy kube types successfully parsed");
        Add("NamespaceDeletionContentFailure", Failures.Count > 0,
            "ContentDeletionFailed", $"Failed to delete all resource types, {Failures.Count} remaining: {string.Join(", ", Failures)}",
            "ContentDeleted", "All content successfully deleted, may be waiting on finalization");
        Add("NamespaceContentRemaining", _resources.Count > 0,
            "SomeResourcesRemain", "Some resources are remaining: " + Join(_resources, (name, count) => $"{name} has {count} resource instances"),
            "ContentRemoved", "All content successfully removed");
        Add("NamespaceFinalizersRemaining", _finalizers.Count > 0,
            "SomeFinalizersRemain", "Some content in the namespace has finalizers remaining: " + Join(_finalizers, (name, count) => $"{name} in {count} resource instances"),
            "ContentHasNoFinalizers", "All content-preserving finalizers finished");
        foreach (var other in (before?.Maps ?? []).Where(c => !conditions.Maps.Any(o => o.Text("type") == c.Text("type"))).ToList())
        {
            conditions.Add(other.DeepClone());
        }

        return conditions;

        void Add(string type, bool holds, string reason, string message, string otherReason, string otherMessage)
        {
            var (status, known) = (holds ? "True" : "False", before?.Maps.FirstOrDefault(c => c.Text("type") == type));
            conditions.Add(new JsonMap
            {
                ["type"] = type,
                ["status"] = status,
                ["lastTransitionTime"] = known?.Text("status") == status ? known["lastTransitionTime"] : PodState.Write(now),
                ["reason"] = holds ? reason : otherReason,
                ["message"] = holds ? message : otherMessage,
            });
        }
    }

    private static string Join(SortedDictionary<string, int> counts, Func<string, string, string> say) =>
        string.Join(", ", counts.Select(c => say(c.Key, c.Value.ToString(CultureInfo.InvariantCulture))));
}
