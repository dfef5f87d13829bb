using Ahoi.Api.Json;

namespace Ahoi.Api.Objects;

/// <summary>Where an object's type and metadata stand in its bytes.</summary>
internal struct ObjectLayout
{
    public JsonPart ApiVersion;
    public JsonPart Kind;
    public JsonPart Name;
    public JsonPart Namespace;
    public JsonPart Uid;
    public JsonPart ResourceVersion;
    public JsonPart Generation;
    public JsonPart Creation;
    public JsonPart Deletion;
    public JsonPart Labels;
    public JsonPart Annotations;
    public JsonPart Owners;
    public JsonPart Finalizers;
    public JsonPart ManagedFields;

    /// <summary>The whole <c>"managedFields":[...]</c> and one of the commas beside it.</summary>
    public JsonPart ManagedFieldsProperty;

    /// <summary>The first byte behind the object, or 0 where the scan stopped behind the metadata.</summary>
    public int End;

    /// <summary>
    /// Scans the object that begins at <paramref name="start"/>. Where <paramref name="stopEarly"/> is set, the scan ends as
    /// soon as type and metadata are known.
    /// </summary>
    /// <returns>Whether the bytes reach that far.</returns>
    public static bool TryScan(ReadOnlySpan<byte> utf8, int start, bool stopEarly, out ObjectLayout layout)
    {
        layout = default;
        var scanner = new JsonScanner(utf8, start);
        if (!scanner.TryPass((byte)'{'))
        {
            return false;
        }

        var seenMetadata = false;
        while (true)
        {
            if (seenMetadata && !layout.Kind.IsMissing && !layout.ApiVersion.IsMissing && stopEarly)
            {
                return true;
            }

            if (!scanner.TryNextProperty(out var key, out _, out var ended))
            {
                return false;
            }

            if (ended)
            {
                layout.End = scanner.Position;
                return true;
            }

            var name = key.Of(utf8);
            if (name.SequenceEqual("metadata"u8) && utf8[scanner.Position] == (byte)'{')
            {
                seenMetadata = true;
                scanner.Position++;
                if (!layout.TryScanMetadata(ref scanner, utf8))
                {
                    return false;
                }

                continue;
            }

            if (!scanner.TrySkipValue(out var value))
            {
                return false;
            }

            if (name.SequenceEqual("kind"u8))
            {
                layout.Kind = value;
            }
            else if (name.SequenceEqual("apiVersion"u8))
            {
                layout.ApiVersion = value;
            }
        }
    }

    private bool TryScanMetadata(ref JsonScanner scanner, ReadOnlySpan<byte> utf8)
    {
        var previousEnd = scanner.Position;
        while (true)
        {
            if (!scanner.TryNextProperty(out var key, out var keyAt, out var ended))
            {
                return false;
            }

            if (ended)
            {
                return true;
            }

            if (!scanner.TrySkipValue(out var value))
            {
                return false;
            }

            var isString = utf8[value.Start - 1] == (byte)'"';
            var isNull = !isString && value.Of(utf8).SequenceEqual("null"u8);
            if (isNull)
            {
                value = default;
            }

            switch (key.Length)
            {
                case 3 when key.Of(utf8).SequenceEqual("uid"u8):
                    Uid = value;
                    break;
                case 4 when key.Of(utf8).SequenceEqual("name"u8):
                    Name = value;
                    break;
                case 6 when key.Of(utf8).SequenceEqual("labels"u8):
                    Labels = value;
                    break;
                case 9 when key.Of(utf8).SequenceEqual("namespace"u8):
                    Namespace = value;
                    break;
                case 10 when key.Of(utf8).SequenceEqual("generation"u8):
                    Generation = value;
                    break;
                case 10 when key.Of(utf8).SequenceEqual("finalizers"u8):
                    Finalizers = value;
                    break;
                case 11 when key.Of(utf8).SequenceEqual("annotations"u8):
                    Annotations = value;
                    break;
                case 13 when key.Of(utf8).SequenceEqual("managedFields"u8):
                    ManagedFields = value;
                    ManagedFieldsProperty = WithComma(ref scanner, utf8, previousEnd, keyAt);
                    break;
                case 15 when key.Of(utf8).SequenceEqual("resourceVersion"u8):
                    ResourceVersion = value;
                    break;
                case 15 when key.Of(utf8).SequenceEqual("ownerReferences"u8):
                    Owners = value;
                    break;
                case 17 when key.Of(utf8).SequenceEqual("creationTimestamp"u8):
                    Creation = value;
                    break;
                case 17 when key.Of(utf8).SequenceEqual("deletionTimestamp"u8):
                    Deletion = value;
                    break;
            }

            previousEnd = scanner.Position;
        }
    }

    /// <summary>The property with the comma before it, or, for the first one, the comma behind it.</summary>
    private static JsonPart WithComma(ref JsonScanner scanner, ReadOnlySpan<byte> utf8, int previousEnd, int keyAt)
    {
        var end = scanner.Position;
        if (utf8[previousEnd..keyAt].Contains((byte)','))
        {
            return new(previousEnd, end - previousEnd, false);
        }

        if (scanner.TryPeek(out var next) && next == (byte)',')
        {
            end = scanner.Position + 1;
        }

        return new(keyAt, end - keyAt, false);
    }
}
