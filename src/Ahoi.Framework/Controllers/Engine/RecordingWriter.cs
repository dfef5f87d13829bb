using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Notes what one reconcile writes, for the history.</summary>
internal sealed class RecordingWriter(IClusterWriter inner) : IClusterWriter
{
    private readonly Lock _gate = new();
    private readonly List<string> _writes = [];

    public bool LooksAhead => inner.LooksAhead;

    public IReadOnlyList<string> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    public async Task<RawObject> ApplyAsync(
        ApiResource resource, ObjectKey key, JsonMap content, RawObject? live, string? subresource, string why, CancellationToken cancellationToken)
    {
        var written = await inner.ApplyAsync(resource, key, content, live, subresource, why, cancellationToken).ConfigureAwait(false);
        Note($"applied {resource.Type.Kind} {key}{(subresource is null ? "" : $" ({subresource})")}{(why.Length == 0 ? "" : $": {why}")}");
        return written;
    }

    public async Task DeleteAsync(ApiResource resource, RawObject value, CancellationToken cancellationToken)
    {
        await inner.DeleteAsync(resource, value, cancellationToken).ConfigureAwait(false);
        Note($"deleted {value.Kind} {value.Key}");
    }

    public async Task<RawObject> AddFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken)
    {
        var written = await inner.AddFinalizerAsync(resource, value, finalizer, cancellationToken).ConfigureAwait(false);
        Note($"added the finalizer {finalizer}");
        return written;
    }

    public async Task RemoveFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken)
    {
        await inner.RemoveFinalizerAsync(resource, value, finalizer, cancellationToken).ConfigureAwait(false);
        Note($"removed the finalizer {finalizer}");
    }

    private void Note(string write)
    {
        lock (_gate)
        {
            _writes.Add(write);
        }
    }
}
