using Ahoi.Framework.Definitions;

namespace Ahoi.Tenancy.Api;

/// <summary>What a customer has.</summary>
public sealed record CustomerStatus
{
    /// <summary>Gets one word for it all: Provisioning, Ready, Degraded or Terminating.</summary>
    public string? Phase { get; init; }

    /// <summary>Gets the customer's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets the state of each feature.</summary>
    [ListMap("name")]
    public IReadOnlyList<FeatureStatus>? Features { get; init; }
}

/// <summary>The state of one feature.</summary>
public sealed record FeatureStatus
{
    /// <summary>Gets the feature's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the state: On, Off, or Retained for a feature that is off and keeps data.</summary>
    public required string State { get; init; }

    /// <summary>Gets whether the feature is as it should be.</summary>
    public bool Ready { get; init; }

    /// <summary>Gets what it waits for.</summary>
    public string? Message { get; init; }
}
