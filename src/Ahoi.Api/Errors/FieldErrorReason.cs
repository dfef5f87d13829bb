namespace Ahoi.Api.Errors;

/// <summary>The machine-readable kinds of a field's fault, as Kubernetes' causes spell them.</summary>
public static class FieldErrorReason
{
#pragma warning disable CS1591 // Each name is its own meaning.
    public const string Required = "FieldValueRequired";
    public const string Duplicate = "FieldValueDuplicate";
    public const string Invalid = "FieldValueInvalid";
    public const string NotSupported = "FieldValueNotSupported";
    public const string Forbidden = "FieldValueForbidden";
    public const string TooLong = "FieldValueTooLong";
    public const string TooMany = "FieldValueTooMany";
    public const string NotFound = "FieldValueNotFound";
    public const string TypeInvalid = "FieldValueTypeInvalid";
    public const string Internal = "InternalError";
#pragma warning restore CS1591
}
