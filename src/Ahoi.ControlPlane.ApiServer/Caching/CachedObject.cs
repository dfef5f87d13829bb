using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Caching;

/// <summary>
/// One revision of an object: its bytes as clients get them, and what selectors need of it. Immutable to its readers;
/// what is derived is computed once, when first asked for.
/// </summary>
internal sealed class CachedObject
{
    private readonly ReadOnlyMemory<byte> _stored;
    private byte[]? _json;
    private Dictionary<string, string>? _labels;
    private volatile Form[] _forms = [];

    /// <summary>Takes an object over from the store.</summary>
    /// <param name="key">The store's key.</param>
    /// <param name="prefixLength">How much of the key names the resource.</param>
    /// <param name="stored">The encoded object without its resourceVersion.</param>
    /// <param name="revision">The revision.</param>
    public CachedObject(string key, int prefixLength, ReadOnlyMemory<byte> stored, long revision)
    {
        Key = key;
        PrefixLength = prefixLength;
        _stored = stored;
        Revision = revision;
    }

    public string Key { get; }

    public int PrefixLength { get; }

    public long Revision { get; }

    /// <summary>Gets the object as it was stored, with its resourceVersion.</summary>
    public ReadOnlyMemory<byte> Json => Bytes;

    // Many objects are stored and never read: only a reader pays for bytes of its own.
    private byte[] Bytes => _json ?? Interlocked.CompareExchange(ref _json, ObjectBytes.WithVersion(_stored.Span, Revision), null) ?? _json;

    /// <summary>Gets <c>namespace/name</c>, or the name of a cluster-scoped object.</summary>
    public ReadOnlySpan<char> Path => Key.AsSpan(PrefixLength);

    public ReadOnlySpan<char> Name
    {
        get
        {
            var slash = Path.IndexOf('/');
            return slash < 0 ? Path : Path[(slash + 1)..];
        }
    }

    public ReadOnlySpan<char> Namespace
    {
        get
        {
            var slash = Path.IndexOf('/');
            return slash < 0 ? [] : Path[..slash];
        }
    }

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string> Labels => _labels ??= ObjectScan.ReadLabels(_stored.Span);

    /// <summary>Makes the same object at another revision, as the last state of a deleted one is shown.</summary>
    public CachedObject AtRevision(long revision) => new(Key, PrefixLength, _stored, revision);

    /// <summary>Parses the object anew.</summary>
    public JsonMap Parse() => JsonTree.ParseMap(Bytes);

    /// <summary>Gets the object's bytes in the version that <paramref name="resource"/> serves.</summary>
    public ValueTask<ReadOnlyMemory<byte>> GetFormAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        if (resource.Reader is null)
        {
            return new(Bytes);
        }

        foreach (var form in _forms)
        {
            if (ReferenceEquals(form.Of, resource))
            {
                return new(form.Json);
            }
        }

        return MakeFormAsync(resource, cancellationToken);
    }

    /// <summary>Gets a text field, as field selectors compare it: missing is empty.</summary>
    public string Field(string path) => ObjectScan.FindText(_stored.Span, path);

    private async ValueTask<ReadOnlyMemory<byte>> MakeFormAsync(ServedResource resource, CancellationToken cancellationToken)
    {
        var value = await resource.Reader!.ReadAsync(Parse(), cancellationToken).ConfigureAwait(false);
        var json = ObjectBytes.WithVersion(ObjectEncoder.Encode(value), Revision);

        // Forms of versions that are no longer served fall out with the next few.
        var forms = _forms;
        _forms = [new(resource, json), .. forms.Length > 3 ? forms[..3] : forms];
        return json;
    }

    private sealed record Form(ServedResource Of, byte[] Json);
}
