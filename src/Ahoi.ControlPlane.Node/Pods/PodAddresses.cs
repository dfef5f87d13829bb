using System.Net;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Gives each pod of a node an address of its own out of the node's part of 127.64.0.0/10.</summary>
internal sealed class PodAddresses(int node)
{
    /// <summary>How many nodes have room.</summary>
    public const int MostNodes = 64;

    private const int First = 2; // .0 and .1 look like a network and a gateway.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _byUid = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private int _last = First - 1;

    /// <summary>Gets the node's part.</summary>
    public string Block => $"127.{64 + node}.0.0/16";

    /// <summary>Gives a pod an address, the one it had before where that is free.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public string Take(string uid, string? former)
    {
        lock (_lock)
        {
            if (_byUid.TryGetValue(uid, out var known))
            {
                return known;
            }

            var address = former is not null && IsOurs(former) && !_taken.Contains(former) ? former : Next();
            _taken.Add(address);
            _byUid[uid] = address;
            return address;
        }
    }

    /// <summary>Takes a pod's address back.</summary>
    public void Release(string uid)
    {
        lock (_lock)
        {
            if (_byUid.Remove(uid, out var address))
            {
                _taken.Remove(address);
            }
        }
    }

    private bool IsOurs(string text) => IPAddress.TryParse(text, out var address) && address.GetAddressBytes() is [127, var block, _, _] && block == 64 + node;

    private string Next()
    {
        for (var tries = 0; tries < 65534; tries++)
        {
            // Not the lowest free one: an address that was just given back may still be known to somebody.
            _last = _last >= 65533 ? First : _last + 1;
            var address = $"127.{64 + node}.{_last >> 8}.{_last & 0xff}";
            if (!_taken.Contains(address))
            {
                return address;
            }
        }

        throw new InvalidOperationException("All addresses of the node are taken.");
    }
}
