namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>What a write took from <see cref="ServiceAddresses"/>: final once kept, given back otherwise.</summary>
internal sealed class ServiceAllocation(
    ServiceAddresses addresses, IReadOnlyList<uint> takenIps, IReadOnlyList<long> takenPorts, IReadOnlyList<uint> leftIps, IReadOnlyList<long> leftPorts) : IDisposable
{
    private bool _settled;

    /// <summary>The write is stored: what it took stays taken, what it left is free.</summary>
    public void Keep()
    {
        if (!_settled)
        {
            _settled = true;
            addresses.Release(leftIps, leftPorts);
        }
    }

    /// <summary>Gives back what was taken, unless it was kept.</summary>
    public void Dispose()
    {
        if (!_settled)
        {
            _settled = true;
            addresses.Release(takenIps, takenPorts);
        }
    }
}
