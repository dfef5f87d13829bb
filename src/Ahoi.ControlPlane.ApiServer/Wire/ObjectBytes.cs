using System.Buffers.Text;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Puts resource versions into encoded objects (see <see cref="ObjectEncoder"/>) without parsing them.</summary>
internal static class ObjectBytes
{
    private static ReadOnlySpan<byte> MetadataKey => "\"metadata\":{"u8;

    private static ReadOnlySpan<byte> UidKey => "\"uid\":\""u8;

    private static ReadOnlySpan<byte> VersionKey => "\"resourceVersion\":\""u8;

    /// <summary>Gets a stored object with its resourceVersion.</summary>
    public static byte[] WithVersion(ReadOnlySpan<byte> stored, long revision)
    {
        // Strings cannot hold an unescaped quote, so the first match of each key is the key itself.
        var metadata = MetadataStart(stored) + MetadataKey.Length;
        var uid = stored[metadata..].IndexOf(UidKey);
        int at;
        var first = uid < 0;
        if (first)
        {
            at = metadata;
        }
        else
        {
            at = metadata + uid + UidKey.Length;
            at += stored[at..].IndexOf((byte)'"') + 1;
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(revision, digits, out var count);
        var empty = stored[at] == (byte)'}';
        var comma = first ? (empty ? 0 : 1) : 1;
        var result = new byte[stored.Length + VersionKey.Length + count + 1 + comma];
        var target = result.AsSpan();
        stored[..at].CopyTo(target);
        target = target[at..];
        if (!first)
        {
            target[0] = (byte)',';
            target = target[1..];
        }

        VersionKey.CopyTo(target);
        target = target[VersionKey.Length..];
        digits[..count].CopyTo(target);
        target = target[count..];
        target[0] = (byte)'"';
        target = target[1..];
        if (first && !empty)
        {
            target[0] = (byte)',';
            target = target[1..];
        }

        stored[at..].CopyTo(target);
        return result;
    }

    /// <summary>Gets an object that has a resourceVersion with another one.</summary>
    public static byte[] WithOtherVersion(ReadOnlySpan<byte> json, long revision)
    {
        var at = MetadataStart(json);
        at += json[at..].IndexOf(VersionKey) + VersionKey.Length;
        var end = at + json[at..].IndexOf((byte)'"');
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(revision, digits, out var count);
        var result = new byte[json.Length - (end - at) + count];
        json[..at].CopyTo(result);
        digits[..count].CopyTo(result.AsSpan(at));
        json[end..].CopyTo(result.AsSpan(at + count));
        return result;
    }

    /// <summary>Gets where an encoded object's metadata begins, its key included: what follows kind and apiVersion.</summary>
    public static int MetadataStart(ReadOnlySpan<byte> json) => json.IndexOf(MetadataKey);

    /// <summary>Gets where an encoded object's metadata begins, sooner where it begins with the kind that is expected.</summary>
    public static int MetadataStart(ReadOnlySpan<byte> json, ReadOnlySpan<byte> kind) =>
        json.StartsWith(kind) && json[kind.Length..].StartsWith(MetadataKey) ? kind.Length : MetadataStart(json);
}
