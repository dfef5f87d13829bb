namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Tells which values an update left as they were: what rules find wrong with them is a warning. A value that cannot be
/// matched up goes by the nearest one above that can.
/// </summary>
/// <param name="current">The value beside what it was, or <see langword="null"/> where it cannot be matched up.</param>
/// <param name="parent">The nearest value above that can be matched up.</param>
/// <param name="warnings">Collects the warnings.</param>
internal sealed class RuleRatcheting(Correlation? current, Correlation? parent, ICollection<string> warnings)
{
    /// <summary>Gets whether what is wrong here is tolerated.</summary>
    public bool IsUnchanged => (current ?? parent) is { IsUnchanged: true };

    /// <summary>Follows a field or an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>What holds there.</returns>
    public RuleRatcheting Key(string name) => current is null ? this : new(current.Key(name), current, warnings);

    /// <summary>Follows an item of a list.</summary>
    /// <param name="index">Its place.</param>
    /// <returns>What holds there.</returns>
    public RuleRatcheting Index(int index) => current is null ? this : new(current.Index(index), current, warnings);

    /// <summary>Reports what is tolerated.</summary>
    /// <param name="warning">The warning.</param>
    public void Warn(string warning) => warnings.Add(warning);
}
