using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Ahoi.ControlPlane;

/// <summary>A part of the machine's loopback addresses that is one cluster's alone for as long as it runs: some for Services, out
/// of 127.32.0.0/11, and some for pods, out of 127.64.0.0/10. There are sixteen.</summary>
/// <remarks>A claim is a socket with an abstract name (unix(7)): the kernel gives a name to one process at a time, takes it back
/// when that ends in whatever way, and knows it in the network namespace that the addresses belong to.</remarks>
internal sealed class LoopbackPlace : IDisposable
{
    /// <summary>How many clusters there may be at a time.</summary>
    public const int Count = 16;

    /// <summary>How many nodes a cluster has room for.</summary>
    public const int MostNodes = 64;

    private readonly int _number;
    private readonly Socket? _claim;

    private LoopbackPlace(int number, Socket? claim)
    {
        _number = number;
        _claim = claim;
    }

    /// <summary>Gets the block for Services.</summary>
    public string Services => string.Create(CultureInfo.InvariantCulture, $"127.{32 + (2 * _number)}.0.0/15");

    /// <summary>Gets the address of the Service <c>kubernetes</c>, the first of <see cref="Services"/>.</summary>
    public IPAddress ApiServer => new([127, (byte)(32 + (2 * _number)), 0, 1]);

    /// <summary>Gets the block for the pods of a node.</summary>
    /// <param name="node">Which node, 0 to 63.</param>
    public IPNetwork PodsOf(int node) => PodsOf(_number, node);

    /// <summary>Gets the block for the pods of a node in a cluster whose network is not served.</summary>
    /// <param name="node">Which node, 0 to 63.</param>
    public static IPNetwork UnclaimedPodsOf(int node) => PodsOf(0, node);

    /// <summary>Claims a place: where the cluster is kept in a folder, the one that it had before, as its Services still have
    /// their addresses.</summary>
    /// <exception cref="LocalClusterException">That place, or every place, is another cluster's now.</exception>
    public static LoopbackPlace Claim(DataFolder? folder)
    {
        if (folder is not null && Read(folder) is { } former)
        {
            return TryClaim(former) ?? throw new LocalClusterException(
                $"Another cluster on this machine has the addresses of the cluster in {folder.Path} (127.{32 + (2 * former)}.0.0/15 and more). "
                + "Stop that one first, or start one in another folder with --data.");
        }

        // Clusters that are kept begin to look at different places, so that they seldom meet later.
        var first = folder is null ? 0 : SHA256.HashData(Encoding.UTF8.GetBytes(folder.Path))[0] % Count;
        for (var i = 0; i < Count; i++)
        {
            if (TryClaim((first + i) % Count) is { } place)
            {
                if (folder is not null)
                {
                    File.WriteAllText(folder.LoopbackPlaceFile, string.Create(CultureInfo.InvariantCulture, $"{place._number}\n"));
                }

                return place;
            }
        }

        throw new LocalClusterException($"{Count} clusters with nodes run on this machine, and there are addresses for no more. Stop one of them.");
    }

    public void Dispose() => _claim?.Dispose();

    private static IPNetwork PodsOf(int place, int node) => new(new IPAddress([127, (byte)(64 + (4 * place) + (node >> 4)), (byte)((node & 15) << 4), 0]), 20);

    private static int? Read(DataFolder folder)
    {
        if (!File.Exists(folder.LoopbackPlaceFile))
        {
            return null;
        }

        var text = File.ReadAllText(folder.LoopbackPlaceFile).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Count
            ? number
            : throw new LocalClusterException($"{folder.LoopbackPlaceFile} says '{text}' and should say a number below {Count}. Restore it, or delete it to get another place.");
    }

    private static LoopbackPlace? TryClaim(int number)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new(number, null); // No node runs there.
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"\0ahoi-loopback-{number}")));
            return new(number, socket);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            return null;
        }
    }
}
