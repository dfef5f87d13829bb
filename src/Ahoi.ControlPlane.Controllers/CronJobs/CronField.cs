using System.Globalization;

namespace Ahoi.ControlPlane.Controllers.CronJobs;

/// <summary>One field of a schedule: the numbers it allows.</summary>
/// <param name="Numbers">A bit for each number.</param>
/// <param name="IsAny">Whether it was given as a star, which leaves the choice of days to the other field of days.</param>
internal readonly record struct CronField(ulong Numbers, bool IsAny)
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static IReadOnlyList<CronBounds> Bounds { get; } = [new(0, 59, []), new(0, 23, []), new(1, 31, []), new(1, 12, Months), new(0, 6, Days)];

    public bool Has(int number) => (Numbers & (1UL << number)) != 0;

    /// <exception cref="FormatException">The text is no field.</exception>
    public static CronField Parse(string text, CronBounds bounds)
    {
        var field = default(CronField);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (numbers, any) = Range(part, bounds);
            field = new(field.Numbers | numbers, field.IsAny || any);
        }

        return field;
    }

    private static (ulong Numbers, bool Any) Range(string part, CronBounds bounds)
    {
        var steps = part.Split('/');
        var ends = steps[0].Split('-');
        if (steps.Length > 2 || ends.Length > 2)
        {
            throw new FormatException($"too many {(steps.Length > 2 ? "slashes" : "hyphens")}: {part}");
        }

        var any = ends[0] is "*" or "?";
        var first = any ? bounds.First : Number(ends[0], bounds);
        var last = any ? bounds.Last : ends.Length == 2 ? Number(ends[1], bounds) : first;
        var step = 1;
        if (steps.Length == 2)
        {
            step = int.TryParse(steps[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0
                ? given
                : throw new FormatException($"step of range should be a positive number: {part}");
            last = ends.Length == 1 ? bounds.Last : last;
        }

        if (first < bounds.First || last > bounds.Last || first > last)
        {
            throw new FormatException($"{part} is not a range within {bounds.First} and {bounds.Last}");
        }

        var numbers = 0UL;
        for (var number = first; number <= last; number += step)
        {
            numbers |= 1UL << number;
        }

        return (numbers, any && step == 1);
    }

    private static int Number(string text, CronBounds bounds)
    {
        var name = Array.FindIndex(bounds.Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name >= 0
            ? name + bounds.First
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new FormatException($"failed to parse {text}: it is no number between {bounds.First} and {bounds.Last}");
    }
}
