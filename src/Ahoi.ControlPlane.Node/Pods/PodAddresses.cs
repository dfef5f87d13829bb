using System.Buffers.Binary;
using System.Net;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Gives each pod of a node an address of its own out of the node's block.</summary>
internal sealed class PodAddresses(IPNetwork block)
{
    private const int First = 2; // .0 and .1 look like a network and a gateway.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _byUid = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly uint _base = BinaryPrimitives.ReadUInt32BigEndian(block.BaseAddress.GetAddressBytes());
    private readonly int _end = (1 << (32 - block.PrefixLength)) - 1; // The last looks like a broadcast.
    private int _last = First - 1;

    /// <summary>Gets the node's block.</summary>
    public string Block => block.ToString();

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

    private bool IsOurs(string text) => IPAddress.TryParse(text, out var address) && block.Contains(address);

    private string Next()
    {
        for (var tries = First; tries < _end; tries++)
        {
            // Not the lowest free one: an address that was just given back may still be known to somebody.
            _last = _last + 1 >= _end ? First : _last + 1;
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, _base + (uint)_last);
            var address = new IPAddress(bytes).ToString();
            if (!_taken.Contains(address))
            {
                return address;
            }
        }

        throw new InvalidOperationException("All addresses of the node are taken.");
    }
}
