namespace Ahoi.Framework.Planning;

/// <summary>A description asks for something that cannot be or must not be done; nothing of it was written.</summary>
public sealed class DescriptionException : Exception
{
    internal DescriptionException(IReadOnlyList<string> faults)
        : base(string.Join("; ", faults)) => Faults = faults;

    /// <summary>Gets everything that is wrong with it.</summary>
    public IReadOnlyList<string> Faults { get; }
}
