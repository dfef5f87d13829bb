namespace Ahoi.Framework.Scheduling;

/// <summary>A port of the node that a pod's container takes.</summary>
/// <param name="Address">The node's address; <c>0.0.0.0</c> for all.</param>
/// <param name="Protocol">The protocol, as in <c>TCP</c>.</param>
/// <param name="Port">The port.</param>
public readonly record struct HostPort(string Address, string Protocol, long Port)
{
    /// <summary>Gets whether two pods cannot have both ports on one node.</summary>
    /// <param name="other">The other port.</param>
    /// <returns>Whether they exclude each other.</returns>
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Address == other.Address || Address == Any || other.Address == Any);

    internal const string Any = "0.0.0.0";
}
