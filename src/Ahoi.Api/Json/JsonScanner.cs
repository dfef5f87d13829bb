using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace Ahoi.Api.Json;

/// <summary>
/// Walks JSON by its structure alone: it finds keys and the ends of values without making tokens of what it skips,
/// several times faster than a validating reader. It never reads outside its bytes; what is invalid inside a skipped
/// value shows when that value is decoded.
/// </summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> utf8, int position = 0)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;

    /// <summary>Where the scanner stands.</summary>
    public int Position { get; set; } = position;

    /// <summary>Passes white space; says what stands next, or that the bytes end before anything does.</summary>
    public bool TryPeek(out byte next)
    {
        while ((uint)Position < (uint)_utf8.Length)
        {
            next = _utf8[Position];
            if (next > 0x20)
            {
                return true;
            }

            Position++;
        }

        next = 0;
        return false;
    }

    /// <summary>Passes one structural byte, which must be there.</summary>
    public bool TryPass(byte expected)
    {
        if (!TryPeek(out var next))
        {
            return false;
        }

        if (next != expected)
        {
            throw Unexpected(next);
        }

        Position++;
        return true;
    }

    /// <summary>Reads a string at its opening quote; false where the bytes end inside it.</summary>
    public bool TryReadString(out JsonPart content)
    {
        content = default;
        if (!TryPeek(out var next))
        {
            return false;
        }

        if (next != (byte)'"')
        {
            throw Unexpected(next);
        }

        var start = Position + 1;
        if (!TryFindStringEnd(start, out var end, out var escaped))
        {
            return false;
        }

        content = new(start, end - start, escaped);
        Position = end + 1;
        return true;
    }

    /// <summary>
    /// Moves to the next property of the object the scanner is in and stands at its value; <paramref name="ended"/> says
    /// that there was none and the object's closing brace is passed.
    /// </summary>
    public bool TryNextProperty(out JsonPart key, out int keyAt, out bool ended)
    {
        key = default;
        ended = false;
        keyAt = 0;
        if (!TryPeek(out var next))
        {
            return false;
        }

        if (next == (byte)',')
        {
            Position++;
            if (!TryPeek(out next))
            {
                return false;
            }
        }

        if (next == (byte)'}')
        {
            Position++;
            ended = true;
            return true;
        }

        keyAt = Position;
        return TryReadString(out key) && TryPass((byte)':') && TryPeek(out _);
    }

    /// <summary>Passes one value of any type.</summary>
    public bool TrySkipValue(out JsonPart value)
    {
        value = default;
        if (!TryPeek(out var next))
        {
            return false;
        }

        var start = Position;
        switch (next)
        {
            case (byte)'"':
                return TryReadString(out value);
            case (byte)'{':
                if (!TrySkipContainer((byte)'{', (byte)'}'))
                {
                    return false;
                }

                break;
            case (byte)'[':
                if (!TrySkipContainer((byte)'[', (byte)']'))
                {
                    return false;
                }

                break;
            case (byte)'}' or (byte)']' or (byte)',' or (byte)':':
                throw Unexpected(next);
            default:
                var length = _utf8[start..].IndexOfAny(", }]\n"u8);
                if (length < 0)
                {
                    return false;
                }

                Position = start + length;
                break;
        }

        value = new(start, Position - start, false);
        return true;
    }

    /// <summary>The complaint about a byte that may not stand here.</summary>
    public readonly JsonException Unexpected(byte found) =>
        new($"Unexpected '{(char)found}' at position {Position} of the JSON.");

    /// <summary>
    /// Finds the closing bracket by looking at 32 bytes at a time for quotes and the two brackets; everything else, escapes
    /// included, only matters where a string ends.
    /// </summary>
    private bool TrySkipContainer(byte open, byte close)
    {
        var at = Position + 1;
        var depth = 1;
        var inString = false;
        var (quoteBlock, openBlock, closeBlock) = (Vector256.Create((byte)'"'), Vector256.Create(open), Vector256.Create(close));
        while (at < _utf8.Length)
        {
            uint quotes, opens, closes;
            if (_utf8.Length - at >= Vector256<byte>.Count)
            {
                var block = Vector256.Create(_utf8.Slice(at, Vector256<byte>.Count));
                quotes = Vector256.Equals(block, quoteBlock).ExtractMostSignificantBits();
                opens = Vector256.Equals(block, openBlock).ExtractMostSignificantBits();
                closes = Vector256.Equals(block, closeBlock).ExtractMostSignificantBits();
            }
            else
            {
                (quotes, opens, closes) = Masks(_utf8[at..], open, close);
            }

            var hits = inString ? quotes : quotes | opens | closes;
            while (hits != 0)
            {
                var offset = BitOperations.TrailingZeroCount(hits);
                var bit = 1u << offset;
                if ((quotes & bit) != 0)
                {
                    inString = !inString || IsEscaped(at + offset);

                    // Behind the quote: inside a string the next quote counts, outside whatever is next.
                    hits = (inString ? quotes : quotes | opens | closes) & ~(bit | (bit - 1));
                    continue;
                }

                hits &= hits - 1;
                depth += (opens & bit) != 0 ? 1 : -1;
                if (depth == 0)
                {
                    Position = at + offset + 1;
                    return true;
                }
            }

            at += Vector256<byte>.Count;
        }

        return false;
    }

    private static (uint Quotes, uint Opens, uint Closes) Masks(ReadOnlySpan<byte> tail, byte open, byte close)
    {
        uint quotes = 0, opens = 0, closes = 0;
        for (var i = 0; i < tail.Length; i++)
        {
            quotes |= tail[i] == (byte)'"' ? 1u << i : 0;
            opens |= tail[i] == open ? 1u << i : 0;
            closes |= tail[i] == close ? 1u << i : 0;
        }

        return (quotes, opens, closes);
    }

    /// <summary>Whether the quote inside a string is part of it: behind an odd number of backslashes.</summary>
    private readonly bool IsEscaped(int quoteAt)
    {
        var at = quoteAt;
        while (_utf8[at - 1] == (byte)'\\')
        {
            at--;
        }

        return ((quoteAt - at) & 1) == 1;
    }

    private readonly bool TryFindStringEnd(int start, out int end, out bool escaped)
    {
        escaped = false;
        end = start;
        while (end < _utf8.Length)
        {
            var hit = _utf8[end..].IndexOfAny((byte)'"', (byte)'\\');
            if (hit < 0)
            {
                return false;
            }

            end += hit;
            if (_utf8[end] == (byte)'"')
            {
                return true;
            }

            escaped = true;
            end += 2;
        }

        return false;
    }
}
