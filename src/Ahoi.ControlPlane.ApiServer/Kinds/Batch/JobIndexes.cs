using System.Globalization;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>The indexes of a job as its fields write them: increasing numbers and ranges, as in <c>0,3-5,7</c>.</summary>
internal static class JobIndexes
{
    /// <summary>Reads indexes; reports what is wrong with them.</summary>
    /// <param name="field">The text.</param>
    /// <param name="completions">How many indexes the job has.</param>
    /// <returns>The ranges, or <see langword="null"/> for a fault.</returns>
    public static IReadOnlyList<(long First, long Last)>? Indexes(this Field field, long completions)
    {
        var ranges = Read(field.Text, completions, out var fault);
        if (fault is not null)
        {
            field.Invalid($"error parsing {field.Path[(field.Path.LastIndexOf('.') + 1)..]}: {fault}");
        }

        return fault is null ? ranges : null;
    }

    /// <summary>Gets an index that two lists have in common.</summary>
    public static long? Overlap(IEnumerable<(long First, long Last)> some, IReadOnlyList<(long First, long Last)> others)
    {
        foreach (var (first, last) in some)
        {
            foreach (var other in others)
            {
                if (first <= other.Last && other.First <= last)
                {
                    return Math.Max(first, other.First);
                }
            }
        }

        return null;
    }

    /// <summary>Reads indexes as far as they can be read.</summary>
    public static List<(long First, long Last)> Read(string text, long completions, out string? fault)
    {
        fault = null;
        var ranges = new List<(long First, long Last)>();
        foreach (var part in text.Length == 0 ? [] : text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2)
            {
                fault = $"\"{part}\" has more than two parts separated by '-'";
                return ranges;
            }

            var (first, last) = (0L, 0L);
            foreach (var end in ends)
            {
                if (!int.TryParse(end, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                {
                    fault = $"cannot convert string to integer for index: \"{end}\"";
                    return ranges;
                }

                if (number >= completions)
                {
                    fault = $"too large index: \"{end}\"";
                    return ranges;
                }

                first = ReferenceEquals(end, ends[0]) ? number : first;
                last = number;
            }

            if ((ends.Length == 2 && first >= last) || (ranges.Count > 0 && ranges[^1].Last >= first))
            {
                fault = $"non-increasing order at \"{part}\"";
                return ranges;
            }

            ranges.Add((first, last));
        }

        return ranges;
    }
}
