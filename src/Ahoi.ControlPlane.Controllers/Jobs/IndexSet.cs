using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Indexes of an indexed job, written as in <c>0-2,5</c>.</summary>
internal sealed class IndexSet
{
    private readonly SortedSet<int> _indexes = [];

    public int Count => _indexes.Count;

    /// <summary>Reads indexes, and leaves out those that a job with fewer completions does not have any more.</summary>
    public static IndexSet Parse(string? text, long completions)
    {
        var set = new IndexSet();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!int.TryParse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                continue; // The API server lets nobody but this controller write them.
            }

            for (var index = first; index <= last && index < completions; index++)
            {
                set.Add(index);
            }
        }

        return set;
    }

    /// <summary>Gets the index of a pod, or -1 where it has none.</summary>
    public static int Of(JsonMap pod) =>
        int.TryParse(pod.At("metadata", "annotations", JobNames.Index) as string, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;

    public bool Add(int index) => _indexes.Add(index);

    public bool Has(int index) => _indexes.Contains(index);

    public IndexSet With(IEnumerable<int> others)
    {
        var both = new IndexSet();
        both._indexes.UnionWith(_indexes);
        both._indexes.UnionWith(others);
        return both;
    }

    public int CountOf(IndexSet others) => _indexes.Count(others.Has);

    public override string ToString()
    {
        var parts = new List<string>();
        int? first = null, last = null;
        foreach (var index in _indexes)
        {
            if (last is { } before && index == before + 1)
            {
                last = index;
                continue;
            }

            Close();
            (first, last) = (index, index);
        }

        Close();
        return string.Join(',', parts);

        void Close()
        {
            if (first is not null)
            {
                // Two in a row are written apart, as Kubernetes writes them.
                parts.Add(first == last
                    ? Text(first)
                    : last == first + 1 ? $"{Text(first)},{Text(last)}" : $"{Text(first)}-{Text(last)}");
            }
        }
    }

    private static string Text(int? index) => string.Create(CultureInfo.InvariantCulture, $"{index}");
}
