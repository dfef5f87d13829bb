using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rules;

/// <summary>IP addresses and blocks as the API takes them: no legacy forms, no zones, no leading zeros.</summary>
internal static class Addresses
{
    /// <summary>Gets whether a text is an IP address.</summary>
    public static bool IsIp(string text) => IsIpv4(text) || IsIpv6(text);

    /// <summary>Gets whether a text is an IPv4 address of four decimal numbers.</summary>
    public static bool IsIpv4(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(p =>
            p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0')
            && int.Parse(p, CultureInfo.InvariantCulture) <= 255);
    }

    /// <summary>Gets whether a text is an IPv6 address.</summary>
    public static bool IsIpv6(string text) =>
        text.Contains(':', StringComparison.Ordinal) && !text.AsSpan().ContainsAny("%[]/")
        && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Gets whether a text is an IP block, as in <c>10.0.0.0/8</c>.</summary>
    public static bool IsCidr(string text) => TrySplit(text, out _, out _);

    /// <summary>Takes an IP block apart.</summary>
    public static bool TrySplit(string text, out IPAddress address, out int prefix)
    {
        address = IPAddress.None;
        prefix = 0;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IsIp(text[..slash]))
        {
            return false;
        }

        var bits = text[(slash + 1)..];
        address = IPAddress.Parse(text[..slash]);
        return bits.Length is > 0 and <= 3 && bits.All(char.IsAsciiDigit) && (bits.Length == 1 || bits[0] != '0')
            && (prefix = int.Parse(bits, CultureInfo.InvariantCulture)) <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    /// <summary>Gets whether a block is a part of another block, and not the whole.</summary>
    public static bool ContainsStrictly(string block, string inner) =>
        Contains(block, inner) && TrySplit(block, out _, out var outer) && TrySplit(inner, out _, out var length) && length > outer;

    /// <summary>Gets whether a block's address lies within another block.</summary>
    public static bool Contains(string block, string inner)
    {
        if (!TrySplit(block, out var outer, out var prefix) || !TrySplit(inner, out var address, out var length)
            || outer.AddressFamily != address.AddressFamily || length < prefix)
        {
            return false;
        }

        var (a, b) = (outer.GetAddressBytes(), address.GetAddressBytes());
        for (var bit = 0; bit < prefix; bit++)
        {
            var mask = 0x80 >> (bit % 8);
            if ((a[bit / 8] & mask) != (b[bit / 8] & mask))
            {
                return false;
            }
        }

        return true;
    }
}
