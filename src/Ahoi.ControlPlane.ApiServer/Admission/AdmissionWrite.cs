using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>A write, as admission sees it.</summary>
internal sealed record AdmissionWrite
{
    /// <summary>Gets the request: who, which resource and subresource, warnings.</summary>
    public required ApiRequest Request { get; init; }

    /// <summary>Gets CREATE, UPDATE, DELETE or CONNECT.</summary>
    public required string Operation { get; init; }

    /// <summary>Gets the object's name; empty where it is yet to be generated.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the new object; <see langword="null"/> for a deletion.</summary>
    public JsonMap? Value { get; init; }

    /// <summary>Gets what is stored; <see langword="null"/> for a creation.</summary>
    public JsonMap? Old { get; init; }

    /// <summary>Gets the kind of the objects: another one than the resource's for what its subresources take (a Scale, an Eviction).</summary>
    public GroupVersionKind Kind => Request.Subresource?.Kind ?? Request.Resource.GroupVersionKind;

    /// <summary>Gets whether the objects are of the resource's own kind.</summary>
    public bool IsOfResource => Kind == Request.Resource.GroupVersionKind;

    public bool DryRun { get; init; }

    /// <summary>Gets what parts of the chain have taken for this write, to be kept once it is stored and given back otherwise.</summary>
    public WriteReservations Reservations { get; init; } = new();

    /// <summary>Gets how often the mutating parts of the chain see the write.</summary>
    public AdmissionRounds Rounds { get; } = new();

    /// <summary>Gets the options of the request (<c>meta.k8s.io/v1</c> CreateOptions, UpdateOptions, PatchOptions, DeleteOptions).</summary>
    public JsonMap Options { get; init; } = [];
}
