using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;

namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Every write of a reconcile goes through here: to the cluster, or into a plan.</summary>
internal interface IClusterWriter
{
    /// <summary>Gets whether what would have to wait for something is written all the same, because nothing ever comes
    /// about: a plan shows all of it.</summary>
    bool LooksAhead { get; }

    /// <summary>Applies what is wanted of an object. Where the object is known its uid is sent along, so that another
    /// incarnation is not touched and one that is gone is not made again.</summary>
    Task<RawObject> ApplyAsync(
        ApiResource resource, ObjectKey key, JsonMap content, RawObject? live, string? subresource, string why, CancellationToken cancellationToken);

    /// <summary>Deletes an incarnation; one that is gone already is fine.</summary>
    Task DeleteAsync(ApiResource resource, RawObject value, CancellationToken cancellationToken);

    /// <summary>Puts a finalizer on an object, unless the object changed since it was read.</summary>
    Task<RawObject> AddFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken);

    /// <summary>Takes a finalizer off; an object that is gone is fine.</summary>
    Task RemoveFinalizerAsync(ApiResource resource, RawObject value, string finalizer, CancellationToken cancellationToken);
}
