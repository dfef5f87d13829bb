using Ahoi.Api.Objects;

namespace Ahoi.Client.Requests;

/// <summary>How an object is created, replaced or patched.</summary>
public record WriteOptions
{
    /// <summary>Gets the subresource to write instead of the object, as in <c>status</c>.</summary>
    public string? Subresource { get; init; }

    /// <summary>Gets who writes, for the managed fields.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Gets whether the server does everything but store the result.</summary>
    public bool DryRun { get; init; }

    /// <summary>Gets what happens to unknown and duplicate fields: <c>Ignore</c>, <c>Warn</c> or <c>Strict</c>.</summary>
    public string? FieldValidation { get; init; }

    /// <summary>Gets which managed fields of the answer to keep; all, where <see langword="null"/>.</summary>
    public ManagedFieldsFilter? ManagedFields { get; init; }
}
