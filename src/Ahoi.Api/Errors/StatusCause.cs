namespace Ahoi.Api.Errors;

/// <summary>One cause of a failed request.</summary>
/// <param name="Reason">The machine-readable kind, as in <c>FieldValueInvalid</c>.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Field">The field at fault, as in <c>spec.containers[0].name</c>, or <see langword="null"/>.</param>
public sealed record StatusCause(string Reason, string Message, string? Field = null);
