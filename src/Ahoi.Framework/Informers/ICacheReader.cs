using Ahoi.Api.Objects;

namespace Ahoi.Framework.Informers;

/// <summary>Reads objects from memory.</summary>
internal interface ICacheReader
{
    /// <summary>Finds an object; null says that there certainly is none.</summary>
    ValueTask<RawObject?> FindAsync(GroupVersionKind kind, ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Lists objects, ordered by key.</summary>
    ValueTask<IReadOnlyList<RawObject>> ListAsync(
        GroupVersionKind kind, string? @namespace, Func<RawObject, bool>? where, CancellationToken cancellationToken);
}
