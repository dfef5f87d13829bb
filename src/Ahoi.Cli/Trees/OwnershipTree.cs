using Ahoi.Api.Objects;

namespace Ahoi.Cli.Trees;

/// <summary>Puts objects below their owners.</summary>
internal static class OwnershipTree
{
    /// <summary>Builds the trees of some objects.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="parentOf">Finds a parent for an object without an owner among them; <see langword="null"/> makes it a root.</param>
    /// <returns>The roots.</returns>
    public static IReadOnlyList<TreeNode> Build(IReadOnlyList<RawObject> objects, Func<RawObject, RawObject?> parentOf)
    {
        var nodes = objects.ToDictionary(o => o.Uid, o => new TreeNode(o), StringComparer.Ordinal);
        var roots = new List<TreeNode>();
        foreach (var value in objects)
        {
            var owner = value.OwnerReferences.FirstOrDefault(o => nodes.ContainsKey(o.Uid))?.Uid ?? parentOf(value)?.Uid;
            if (owner is not null && owner != value.Uid && nodes.TryGetValue(owner, out var parent))
            {
                parent.Children.Add(nodes[value.Uid]);
            }
            else
            {
                roots.Add(nodes[value.Uid]);
            }
        }

        return roots;
    }
}
