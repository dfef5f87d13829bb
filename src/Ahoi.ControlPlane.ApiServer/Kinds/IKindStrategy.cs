using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds;

/// <summary>
/// What one kind does differently from the others on its way into the store. The order of a write is: decode and prune
/// by the schema, <see cref="SetDefaults"/>, prepare, admission, validate, store. Objects are the caller's own
/// copies and may be changed, <c>old</c> ones may not.
/// </summary>
internal interface IKindStrategy
{
    /// <summary>Gets whether a PUT of a missing object creates it.</summary>
    bool AllowsCreateOnUpdate => false;

    /// <summary>Gets whether a PUT without resourceVersion overwrites whatever is there.</summary>
    bool AllowsUnconditionalUpdate => true;

    /// <summary>Gets whether DELETE answers the object as it was instead of a Status.</summary>
    bool DeleteAnswersObject => false;

    /// <summary>Gets the propagation policy of a DELETE that names none: Background or Orphan.</summary>
    string DefaultPropagation => "Background";

    /// <summary>Gets the warning on every request for the kind, where there is one: the kind is deprecated.</summary>
    string? RequestWarning => null;

    /// <summary>Gets the warning on a DELETE that names no propagation policy, where there is one.</summary>
    string? DefaultPropagationWarning => null;

    /// <summary>Gets whether objects of the kind carry metadata.generation: 1 when created, one more for each change that <see cref="ChangesGeneration"/> sees.</summary>
    bool CountsGeneration => false;

    /// <summary>Gets what names of the kind's objects look like.</summary>
    NameFormat NameFormat => NameFormat.Subdomain;

    /// <summary>Fills in what the client left out, as the API's defaulting does.</summary>
    /// <param name="value">The object; changed in place.</param>
    void SetDefaults(JsonMap value);

    /// <summary>Fills in what an applied configuration left out. It was merged, not decoded, so what decoding drops is still there.</summary>
    /// <param name="value">The object; changed in place.</param>
    void SetDefaultsOfApplied(JsonMap value) => SetDefaults(value);

    /// <summary>
    /// Drops what a client may not set on creation (mostly status) and sets what only the server sets, the generation
    /// excepted. Name, namespace and uid are set before (a Job's selector has the uid).
    /// </summary>
    /// <param name="value">The new object; changed in place.</param>
    void PrepareCreate(JsonMap value);

    /// <summary>Carries over what a client may not change through this resource (mostly status) from <paramref name="old"/>.</summary>
    /// <param name="value">The new object; changed in place.</param>
    /// <param name="old">What is stored.</param>
    /// <param name="subresource">The subresource written through, or the empty string: through <c>status</c>, all but the status is carried over.</param>
    void PrepareUpdate(JsonMap value, JsonMap old, string subresource);

    /// <summary>Gets whether an update changes what the object's generation counts (for most kinds: anything outside metadata and status).</summary>
    /// <param name="value">The new object.</param>
    /// <param name="old">What is stored.</param>
    /// <returns>Whether the generation goes up.</returns>
    bool ChangesGeneration(JsonMap value, JsonMap old);

    /// <summary>Finds every fault of a new object, metadata excepted.</summary>
    /// <param name="value">The object.</param>
    /// <param name="errors">Collects the faults.</param>
    void ValidateCreate(JsonMap value, FieldErrors errors);

    /// <summary>Finds every fault of a changed object, metadata excepted.</summary>
    /// <param name="value">The object.</param>
    /// <param name="old">What is stored.</param>
    /// <param name="subresource">The subresource written through, or the empty string.</param>
    /// <param name="errors">Collects the faults.</param>
    void ValidateUpdate(JsonMap value, JsonMap old, string subresource, FieldErrors errors);

    /// <summary>Gets what the client should be warned of (HTTP Warning headers).</summary>
    /// <param name="value">The object.</param>
    /// <returns>The warnings.</returns>
    IEnumerable<string> Warnings(JsonMap value) => [];
}
