using Ahoi.Api.Json;

namespace Ahoi.Api.Errors;

/// <summary>One fault of an object's field.</summary>
/// <param name="Reason">The kind of fault; see <see cref="FieldErrorReason"/>.</param>
/// <param name="Field">The field's path, as in <c>spec.containers[0].name</c>.</param>
/// <param name="Value">The value at fault, where it helps.</param>
/// <param name="Detail">What is wrong with it and what is right.</param>
public sealed record FieldError(string Reason, string Field, object? Value, string Detail)
{
    /// <summary>Gets the fault as a cause of a Status, worded like Kubernetes' own.</summary>
    /// <returns>The cause.</returns>
    public StatusCause ToCause() => new(Reason, Describe(), Field);

    private string Describe()
    {
        var head = Reason switch
        {
            FieldErrorReason.Required => "Required value",
            FieldErrorReason.Forbidden => "Forbidden",
            FieldErrorReason.TooMany => "Too many",
            FieldErrorReason.TooLong => "Too long",
            FieldErrorReason.Duplicate => $"Duplicate value: {JsonTree.ToText(Value)}",
            FieldErrorReason.NotFound => $"Not found: {JsonTree.ToText(Value)}",
            FieldErrorReason.NotSupported => $"Unsupported value: {JsonTree.ToText(Value)}",
            _ => $"Invalid value: {JsonTree.ToText(Value)}",
        };
        return Detail.Length == 0 ? head : $"{head}: {Detail}";
    }
}
