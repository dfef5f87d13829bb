namespace Ahoi.Tenancy.Api;

/// <summary>The API group of the kinds here.</summary>
internal static class Group
{
    public const string Name = "internal.example.com";
    public const string Version = "v1";

    /// <summary>The label that ties everything of a customer to it, with the customer's name.</summary>
    public const string CustomerLabel = Name + "/customer";

    /// <summary>The annotation with the generation of the Customer that a child was written for.</summary>
    public const string GenerationAnnotation = Name + "/customer-generation";
}
