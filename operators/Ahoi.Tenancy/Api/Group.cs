namespace Ahoi.Tenancy.Api;

/// <summary>The API group of the kinds here, and the labels and annotations that they share.</summary>
internal static class Group
{
    public const string Name = "internal.example.com";
    public const string Version = "v1";

    /// <summary>The label that ties everything of a customer to it, with the customer's name.</summary>
    public const string CustomerLabel = Name + "/customer";

    /// <summary>The label with the customer's uid: what has it is protected from deletion by the API server.</summary>
    public const string CustomerUidLabel = Name + "/customer-uid";

    /// <summary>The annotation with the generation of the Customer that a child was written for.</summary>
    public const string GenerationAnnotation = Name + "/customer-generation";

    /// <summary>The annotation that lifts the protection: it has the customer's uid. The operator sets it at the right time.</summary>
    public const string ApprovalAnnotation = Name + "/deletion-approved";

    /// <summary>The annotation of a Database that asks for a new password: another value asks again.</summary>
    public const string RotateAnnotation = Name + "/rotate-password";

    /// <summary>The annotation of a Database that asks for a restart of its server: another value asks again.</summary>
    public const string RestartAnnotation = Name + "/restarted-at";
}
