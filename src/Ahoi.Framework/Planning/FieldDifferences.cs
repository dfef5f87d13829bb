using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>Names the fields in which two states of an object differ.</summary>
internal static class FieldDifferences
{
    private const int Limit = 16;

    /// <summary>The paths that differ, bookkeeping of the server left out; at most a handful.</summary>
    public static IReadOnlyList<string> Of(RawObject before, RawObject after)
    {
        var paths = new List<string>();
        Compare(before.ToMap(), after.ToMap(), "", paths);
        paths.RemoveAll(p => p is ".metadata.resourceVersion" or ".metadata.generation" || p.StartsWith(".metadata.managedFields", StringComparison.Ordinal));
        return paths;
    }

    private static void Compare(object? before, object? after, string path, List<string> paths)
    {
        if (paths.Count >= Limit)
        {
            return;
        }

        switch (before, after)
        {
            case (JsonMap b, JsonMap a):
                foreach (var key in b.Keys.Union(a.Keys))
                {
                    Compare(b[key], a[key], $"{path}.{key}", paths);
                }

                break;
            case (JsonList b, JsonList a) when b.Count == a.Count:
                for (var i = 0; i < b.Count; i++)
                {
                    Compare(b[i], a[i], $"{path}[{i}]", paths);
                }

                break;
            default:
                if (!JsonTree.Equals(before, after))
                {
                    paths.Add(path);
                }

                break;
        }
    }
}
