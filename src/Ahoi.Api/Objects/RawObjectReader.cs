using System.Buffers;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.Api.Objects;

/// <summary>
/// Takes objects out of a larger buffer, one list item or watch event at a time, each into one array of its own: without
/// the managed fields nobody asked for, and with the type that list items of built-in kinds leave out.
/// </summary>
public static class RawObjectReader
{
    /// <summary>Reads the object that begins at <paramref name="start"/>.</summary>
    /// <param name="utf8">The buffer.</param>
    /// <param name="start">Where the object begins; white space may come first.</param>
    /// <param name="type">The type to give to an object that does not say its own; the default gives none.</param>
    /// <param name="filter">Which managed fields to keep; all, where <see langword="null"/>.</param>
    /// <param name="end">The first byte behind the object.</param>
    /// <returns>The object, or <see langword="null"/> where the buffer ends before it does.</returns>
    /// <exception cref="System.Text.Json.JsonException">There is something else than an object.</exception>
    public static RawObject? TryRead(
        ReadOnlySpan<byte> utf8, int start, GroupVersionKind type, ManagedFieldsFilter? filter, out int end)
    {
        if (!ObjectLayout.TryScan(utf8, start, stopEarly: false, out var layout))
        {
            end = start;
            return null;
        }

        end = layout.End;
        return Copy(utf8[..end], start, layout, type, filter);
    }

    /// <summary>
    /// Reads an object whose end is known, as that of a watch event is, and looks at no more of it than at its type and
    /// metadata.
    /// </summary>
    /// <param name="utf8">The object's JSON, all of it and nothing else.</param>
    /// <param name="filter">Which managed fields to keep; all, where <see langword="null"/>.</param>
    /// <returns>The object.</returns>
    /// <exception cref="System.Text.Json.JsonException">There is something else than an object.</exception>
    public static RawObject ReadFramed(ReadOnlySpan<byte> utf8, ManagedFieldsFilter? filter)
    {
        if (!ObjectLayout.TryScan(utf8, 0, stopEarly: true, out var layout))
        {
            throw new System.Text.Json.JsonException("The JSON ends inside the object.");
        }

        if (utf8[^1] != (byte)'}' || (layout.End != 0 && layout.End != utf8.Length))
        {
            throw new System.Text.Json.JsonException("The JSON does not end where the object does.");
        }

        return Copy(utf8, 0, layout, default, filter);
    }

    /// <summary>Reads bytes that are one object, into an array of its own.</summary>
    /// <param name="utf8">The object's JSON; white space may follow.</param>
    /// <param name="filter">Which managed fields to keep; all, where <see langword="null"/>.</param>
    /// <returns>The object.</returns>
    /// <exception cref="System.Text.Json.JsonException">The bytes are not one JSON object.</exception>
    public static RawObject Read(ReadOnlySpan<byte> utf8, ManagedFieldsFilter? filter)
    {
        var value = TryRead(utf8, 0, default, filter, out var end) ?? throw new System.Text.Json.JsonException("The JSON ends inside the object.");
        return utf8[end..].IndexOfAnyExcept(" \t\r\n"u8) < 0
            ? value
            : throw new System.Text.Json.JsonException("Something follows the JSON object.");
    }

    internal static bool NeedsNoCopy(ManagedFieldsFilter? filter, in ObjectLayout layout) =>
        filter is null || filter.KeepsAll || layout.ManagedFieldsProperty.IsMissing;

    internal static RawObject Copy(
        ReadOnlySpan<byte> utf8, int start, ObjectLayout layout, GroupVersionKind type, ManagedFieldsFilter? filter)
    {
        while (utf8[start] != (byte)'{')
        {
            start++;
        }

        Span<byte> prefixSpace = stackalloc byte[256];
        var prefix = TypePrefix(layout, type, prefixSpace);

        // The object's bytes from behind its brace, minus what is cut out of the managed fields.
        var from = start + 1;
        ReadOnlySpan<byte> kept = default;
        string? lastManager = null;
        byte[]? rented = null;
        var (cutFrom, cutTo) = (utf8.Length, utf8.Length);
        if (!NeedsNoCopy(filter, layout))
        {
            if (!filter!.KeepsNone) // NeedsNoCopy is true without a filter.
            {
                kept = Keep(utf8, layout.ManagedFields, filter, out rented, out lastManager);
            }

            var cut = kept.IsEmpty ? layout.ManagedFieldsProperty : layout.ManagedFields;
            (cutFrom, cutTo) = (cut.Start, cut.End);
        }

        var json = GC.AllocateUninitializedArray<byte>(
            1 + prefix.Length + (cutFrom - from) + kept.Length + (utf8.Length - cutTo));
        var output = json.AsSpan();
        output[0] = (byte)'{';
        prefix.CopyTo(output[1..]);
        output = output[(1 + prefix.Length)..];
        utf8[from..cutFrom].CopyTo(output);
        kept.CopyTo(output[(cutFrom - from)..]);
        utf8[cutTo..].CopyTo(output[(cutFrom - from + kept.Length)..]);

        Move(ref layout, 1 + prefix.Length - from, cutFrom, kept.Length - (cutTo - cutFrom));
        if (cutFrom < utf8.Length)
        {
            layout.ManagedFields = kept.IsEmpty ? default : layout.ManagedFields with { Length = kept.Length };
        }

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        if (prefix.Length > 0)
        {
            (layout.Kind, layout.ApiVersion) = (default, default);
        }

        return new(json, layout, type, lastManager);
    }

    /// <summary>The type's properties, where the object does not have them itself.</summary>
    private static Span<byte> TypePrefix(in ObjectLayout layout, GroupVersionKind type, Span<byte> space)
    {
        if (type.Kind is not { Length: > 0 } || !layout.Kind.IsMissing || !layout.ApiVersion.IsMissing || layout.Name.IsMissing)
        {
            return [];
        }

        var apiVersion = type.ApiVersion;
        if (((type.Kind.Length + apiVersion.Length) * 3) + 32 > space.Length)
        {
            space = new byte[((type.Kind.Length + apiVersion.Length) * 3) + 32];
        }

        var length = 0;
        Append(space, "\"apiVersion\":\""u8, ref length);
        length += Encoding.UTF8.GetBytes(apiVersion, space[length..]);
        Append(space, "\",\"kind\":\""u8, ref length);
        length += Encoding.UTF8.GetBytes(type.Kind, space[length..]);
        Append(space, "\","u8, ref length);
        return space[..length];
    }

    private static ReadOnlySpan<byte> Keep(
        ReadOnlySpan<byte> utf8, JsonPart managedFields, ManagedFieldsFilter filter, out byte[]? rented, out string? lastManager)
    {
        rented = null;
        var (lastName, lastTime) = (default(JsonPart), default(JsonPart));
        var length = 0;
        var scanner = new JsonScanner(utf8[..managedFields.End], managedFields.Start + 1);
        while (scanner.TryPeek(out var next) && next != (byte)']')
        {
            if (next == (byte)',')
            {
                scanner.Position++;
                continue;
            }

            if (!scanner.TrySkipValue(out var entry))
            {
                break;
            }

            var (name, time) = ManagerOf(utf8, entry);
            if (!name.IsMissing && time.Of(utf8).SequenceCompareTo(lastTime.Of(utf8)) >= 0)
            {
                (lastName, lastTime) = (name, time); // Times of one format and zone compare as texts.
            }

            if (!filter.Keeps(name.Of(utf8)))
            {
                continue;
            }

            rented ??= ArrayPool<byte>.Shared.Rent(managedFields.Length + 2);
            rented[length] = length == 0 ? (byte)'[' : (byte)',';
            length++;
            Append(rented, entry.Of(utf8), ref length);
        }

        lastManager = lastName.IsMissing ? null : lastName.SharedTextOf(utf8);
        if (rented is null)
        {
            return [];
        }

        rented[length++] = (byte)']';
        return rented.AsSpan(0, length);
    }

    private static (JsonPart Name, JsonPart Time) ManagerOf(ReadOnlySpan<byte> utf8, JsonPart entry)
    {
        var (name, time) = (default(JsonPart), default(JsonPart));
        var scanner = new JsonScanner(utf8[..entry.End], entry.Start + 1);
        while (scanner.TryNextProperty(out var key, out _, out var ended) && !ended && scanner.TrySkipValue(out var value))
        {
            if (key.Of(utf8).SequenceEqual("manager"u8))
            {
                name = value;
            }
            else if (key.Of(utf8).SequenceEqual("time"u8))
            {
                time = value;
            }
        }

        return (name, time);
    }

    private static void Move(ref ObjectLayout layout, int by, int cutAt, int cutBy)
    {
        layout.ApiVersion = Moved(layout.ApiVersion);
        layout.Kind = Moved(layout.Kind);
        layout.Name = Moved(layout.Name);
        layout.Namespace = Moved(layout.Namespace);
        layout.Uid = Moved(layout.Uid);
        layout.ResourceVersion = Moved(layout.ResourceVersion);
        layout.Generation = Moved(layout.Generation);
        layout.Creation = Moved(layout.Creation);
        layout.Deletion = Moved(layout.Deletion);
        layout.Labels = Moved(layout.Labels);
        layout.Annotations = Moved(layout.Annotations);
        layout.Owners = Moved(layout.Owners);
        layout.Finalizers = Moved(layout.Finalizers);
        layout.ManagedFields = Moved(layout.ManagedFields);

        JsonPart Moved(JsonPart part) => part.Moved(part.Start > cutAt ? by + cutBy : by);
    }

    private static void Append(Span<byte> output, ReadOnlySpan<byte> bytes, ref int length)
    {
        bytes.CopyTo(output[length..]);
        length += bytes.Length;
    }
}
