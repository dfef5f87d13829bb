namespace Ahoi.Api.Objects;

/// <summary>How much a version of an API can be relied on.</summary>
public enum ApiStability
{
    /// <summary>It may go with any release.</summary>
    Alpha,

    /// <summary>It stays for some releases.</summary>
    Beta,

    /// <summary>It stays.</summary>
    Stable,
}
