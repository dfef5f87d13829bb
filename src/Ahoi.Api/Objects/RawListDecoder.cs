using System.Globalization;
using System.Text.Json;
using Ahoi.Api.Json;

namespace Ahoi.Api.Objects;

/// <summary>
/// Decodes a list while it arrives: each piece of a growing buffer is handed to <see cref="Decode"/>, which takes as many
/// whole objects out of it as there are. Only metadata is looked at; the rest of an object is copied as it is.
/// </summary>
/// <param name="filter">Which managed fields to keep; all, where <see langword="null"/>.</param>
public sealed class RawListDecoder(ManagedFieldsFilter? filter)
{
    private readonly List<RawObject> _items = [];
    private GroupVersionKind _itemType;
    private string _apiVersion = "";
    private bool _begun;
    private bool _inItems;

    /// <summary>Gets the objects so far.</summary>
    public IReadOnlyList<RawObject> Items => _items;

    /// <summary>Gets the list's resource version.</summary>
    public string ResourceVersion { get; private set; } = "";

    /// <summary>Gets the token of the next page, or <see langword="null"/>.</summary>
    public string? Continue { get; private set; }

    /// <summary>Gets about how many objects follow on later pages, where the server says so.</summary>
    public long? RemainingItemCount { get; private set; }

    /// <summary>Gets the list's kind, as in <c>PodList</c>; empty until it was read.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>Gets whether the list's end was seen.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Decodes what is whole.</summary>
    /// <param name="utf8">The bytes that were not consumed before, and what came since.</param>
    /// <returns>How many of the bytes are consumed.</returns>
    /// <exception cref="JsonException">This is no list.</exception>
    public int Decode(ReadOnlySpan<byte> utf8)
    {
        var scanner = new JsonScanner(utf8);
        if (!_begun)
        {
            if (!scanner.TryPass((byte)'{'))
            {
                return 0;
            }

            _begun = true;
        }

        var consumed = scanner.Position;
        while (!IsComplete && (_inItems ? TryItem(ref scanner, utf8) : TryProperty(ref scanner, utf8)))
        {
            consumed = scanner.Position;
        }

        return IsComplete ? utf8.Length : consumed;
    }

    private bool TryItem(ref JsonScanner scanner, ReadOnlySpan<byte> utf8)
    {
        if (!scanner.TryPeek(out var next))
        {
            return false;
        }

        switch (next)
        {
            case (byte)']':
                scanner.Position++;
                _inItems = false;
                return true;
            case (byte)',':
                scanner.Position++;
                return true;
            case (byte)'{':
                var item = RawObjectReader.TryRead(utf8, scanner.Position, _itemType, filter, out var end);
                if (item is null)
                {
                    return false;
                }

                _items.Add(item);
                scanner.Position = end;
                return true;
            default:
                throw scanner.Unexpected(next);
        }
    }

    private bool TryProperty(ref JsonScanner scanner, ReadOnlySpan<byte> utf8)
    {
        if (!scanner.TryNextProperty(out var key, out _, out var ended))
        {
            return false;
        }

        if (ended)
        {
            IsComplete = true;
            return true;
        }

        var name = key.Of(utf8);
        if (name.SequenceEqual("items"u8) && utf8[scanner.Position] == (byte)'[')
        {
            scanner.Position++;
            _inItems = true;
            return true;
        }

        if (!scanner.TrySkipValue(out var value))
        {
            return false;
        }

        if (name.SequenceEqual("kind"u8))
        {
            Kind = value.TextOf(utf8);
            SetItemType();
        }
        else if (name.SequenceEqual("apiVersion"u8))
        {
            _apiVersion = value.TextOf(utf8);
            SetItemType();
        }
        else if (name.SequenceEqual("metadata"u8))
        {
            ReadMetadata(value.Of(utf8));
        }

        return true;
    }

    private void SetItemType()
    {
        if (_apiVersion.Length > 0 && Kind.EndsWith("List", StringComparison.Ordinal))
        {
            _itemType = GroupVersionKind.Of(_apiVersion, Kind[..^4]);
        }
    }

    private void ReadMetadata(ReadOnlySpan<byte> utf8)
    {
        var metadata = JsonTree.Parse(utf8) as JsonMap;
        ResourceVersion = metadata?.Text("resourceVersion") ?? "";
        Continue = metadata?.Text("continue") is { Length: > 0 } token ? token : null;
        RemainingItemCount = metadata?.Integer("remainingItemCount");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}: {_items.Count} objects");
}
