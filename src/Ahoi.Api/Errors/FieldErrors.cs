using System.Collections;

namespace Ahoi.Api.Errors;

/// <summary>Collects every fault of one object, so that all are reported at once.</summary>
public sealed class FieldErrors : IReadOnlyList<FieldError>
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Gets what is wrong but tolerated, for the client to be warned of.</summary>
    public ICollection<string> Warnings { get; } = [];

    /// <summary>Gets how many faults there are.</summary>
    public int Count => _errors.Count;

    /// <summary>Gets the fault at <paramref name="index"/>, in the order they were found.</summary>
    /// <param name="index">The place, from 0.</param>
    public FieldError this[int index] => _errors[index];

    /// <summary>Adds a fault.</summary>
    /// <param name="error">The fault.</param>
    public void Add(FieldError error) => _errors.Add(error);

    /// <summary>Adds a value that is wrong.</summary>
    /// <param name="field">The field's path.</param>
    /// <param name="value">The value.</param>
    /// <param name="detail">What is right.</param>
    public void Invalid(string field, object? value, string detail) => Add(new(FieldErrorReason.Invalid, field, value, detail));

    /// <summary>Adds a value that is missing.</summary>
    /// <param name="field">The field's path.</param>
    /// <param name="detail">What is expected.</param>
    public void Required(string field, string detail = "") => Add(new(FieldErrorReason.Required, field, null, detail));

    /// <summary>Adds a value that may not be given here.</summary>
    /// <param name="field">The field's path.</param>
    /// <param name="detail">Why not.</param>
    public void Forbidden(string field, string detail) => Add(new(FieldErrorReason.Forbidden, field, null, detail));

    /// <summary>Adds a value that occurs twice.</summary>
    /// <param name="field">The field's path.</param>
    /// <param name="value">The value.</param>
    public void Duplicate(string field, object? value) => Add(new(FieldErrorReason.Duplicate, field, value, ""));

    /// <summary>Adds a value that is not among those known.</summary>
    /// <param name="field">The field's path.</param>
    /// <param name="value">The value.</param>
    /// <param name="supported">The known values.</param>
    public void NotSupported(string field, object? value, params ReadOnlySpan<string> supported)
    {
        var known = string.Join(", ", supported.ToArray().Order(StringComparer.Ordinal).Select(s => $"\"{s}\""));
        Add(new(FieldErrorReason.NotSupported, field, value, $"supported values: {known}"));
    }

    /// <inheritdoc/>
    public IEnumerator<FieldError> GetEnumerator() => _errors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
