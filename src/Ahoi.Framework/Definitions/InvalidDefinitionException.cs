namespace Ahoi.Framework.Definitions;

/// <summary>A type cannot be a custom resource as it is.</summary>
public sealed class InvalidDefinitionException : Exception
{
    internal InvalidDefinitionException(IReadOnlyList<string> faults)
        : base(string.Join("; ", faults)) => Faults = faults;

    /// <summary>Gets everything that is wrong.</summary>
    public IReadOnlyList<string> Faults { get; }
}
