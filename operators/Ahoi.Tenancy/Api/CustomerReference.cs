namespace Ahoi.Tenancy.Api;

/// <summary>The customer that something belongs to.</summary>
public sealed record CustomerReference
{
    /// <summary>The rule that a reference is neither set nor taken out later, in the API server's expression language.</summary>
    internal const string StaysRule = "has(self.customerRef) == has(oldSelf.customerRef)";

    /// <summary>What that rule says where it does not hold.</summary>
    internal const string StaysMessage = "customerRef is decided when the object is created and cannot be set or taken out later";

    /// <summary>Gets the Customer's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the Customer's uid, so that a later Customer of the same name does not count.</summary>
    public required string Uid { get; init; }
}
