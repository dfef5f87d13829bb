namespace Ahoi.Tenancy.Api;

/// <summary>The customer that something belongs to.</summary>
public sealed record CustomerReference
{
    /// <summary>Gets the Customer's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the Customer's uid, so that a later Customer of the same name does not count.</summary>
    public required string Uid { get; init; }
}
