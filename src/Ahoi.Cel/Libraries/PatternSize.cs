using System.Globalization;

namespace Ahoi.Cel.Libraries;

/// <summary>
/// How large a pattern becomes when its counted repeats are written out. Like Go, it allows no repeat of repeats beyond
/// a thousand and no deeper nesting than that, and bounds the whole.
/// </summary>
internal sealed class PatternSize
{
    private const int MaxRepeat = 1000;
    private const int MaxNesting = 1000;
    private const int MaxStates = 50_000;

    // Of each open group: what its parts repeat at most, and their states.
    private readonly Stack<(long Repeats, long States)> _groups = new();
    private (long Repeats, long States) _group = (1, 0);
    private (long Repeats, long States) _last = (1, 0);

    /// <summary>Takes the next part of the pattern into account.</summary>
    /// <param name="part">A character, escape, class, repeat, or the beginning or end of a group.</param>
    /// <returns>Whether the pattern is small enough so far.</returns>
    public bool Add(ReadOnlySpan<char> part)
    {
        switch (part)
        {
            case ['(', .., ')']:
                break;
            case ['(', ..]:
                _groups.Push(_group);
                _group = (1, 0);
                _last = (1, 0);
                break;
            case [')'] when _groups.TryPop(out var outer):
                _last = _group;
                _group = outer;
                Join(_last);
                break;
            case ['{', .., '}'] when Most(part[1..^1]) is { } times:
                _group.States -= _last.States;
                _last = (_last.Repeats * Math.Max(1, times), _last.States * Math.Max(1, times));
                Join(_last);
                break;
            case ['*' or '+' or '?']:
                break;
            default:
                _last = (1, 1);
                Join(_last);
                break;
        }

        return _last.Repeats <= MaxRepeat && _group.States <= MaxStates && _groups.Count <= MaxNesting;
    }

    private static long? Most(ReadOnlySpan<char> bounds)
    {
        var comma = bounds.IndexOf(',');
        var most = comma < 0 || comma == bounds.Length - 1 ? bounds.TrimEnd(',') : bounds[(comma + 1)..];
        return long.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out var times) ? times : null;
    }

    private void Join((long Repeats, long States) part) =>
        _group = (Math.Max(_group.Repeats, part.Repeats), _group.States + part.States);
}
