namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>What a search by JSONPath may still visit: recursion within recursion visits more than any table is worth.</summary>
internal sealed class JsonPathBudget
{
    private int _left = 100_000;

    /// <summary>Pays for one value.</summary>
    /// <returns>Whether there was anything left.</returns>
    public bool Spend() => --_left >= 0;
}
