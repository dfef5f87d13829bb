using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>IP addresses and address ranges.</summary>
internal static class Networks
{
    private static readonly System.Buffers.SearchValues<char> AddressCharacters = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF.:");

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("ip", a => a[0] is CidrValue c ? new IpValue(c.Address) : Ip(a[0]), "(string):net.IP", "net.CIDR.():net.IP");
        functions.Add("isIP", a => a[0] is string s ? Display.Box(ParseIp(s) is not null) : CelError.NoOverload, "(string):bool");
        functions.Add("ip.isCanonical", a => a[0] is string s ? ParseIp(s) is { } ip ? Display.Box(ip.ToString() == s) : Ip(s) : CelError.NoOverload, "(string):bool");
        functions.Add("family", a => a[0] is IpValue ip ? ip.Address.AddressFamily == AddressFamily.InterNetwork ? 4L : 6L : CelError.NoOverload, "net.IP.():int");
        Test(functions, "isUnspecified", ip => ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));
        Test(functions, "isLoopback", IPAddress.IsLoopback);
        Test(functions, "isLinkLocalMulticast", ip => ip.GetAddressBytes() is [224, 0, 0, _] || (ip.GetAddressBytes() is { Length: 16 } and [0xff, var scope, ..] && (scope & 0xf) == 2));
        Test(functions, "isLinkLocalUnicast", ip => ip.GetAddressBytes() is [169, 254, _, _] || ip.IsIPv6LinkLocal);
        Test(functions, "isGlobalUnicast", IsGlobalUnicast);
        functions.Add("cidr", a => a[0] is string s ? (object?)ParseCidr(s) ?? new CelError($"network address parse error during conversion from string: {s}") : CelError.NoOverload, "(string):net.CIDR");
        functions.Add("isCIDR", a => a[0] is string s ? Display.Box(ParseCidr(s) is not null) : CelError.NoOverload, "(string):bool");
        functions.Add("containsIP", a => a[0] is CidrValue range ? (a[1] as IpValue ?? Ip(a[1])) is IpValue ip ? Display.Box(range.Contains(ip.Address)) : Ip(a[1]) : CelError.NoOverload, "net.CIDR.(net.IP):bool", "net.CIDR.(string):bool");
        functions.Add("containsCIDR", a => a[0] is CidrValue range ? ContainsCidr(range, a[1]) : CelError.NoOverload, "net.CIDR.(net.CIDR):bool", "net.CIDR.(string):bool");
        functions.Add("masked", a => a[0] is CidrValue c ? c.Masked() : CelError.NoOverload, "net.CIDR.():net.CIDR");
        functions.Add("prefixLength", a => a[0] is CidrValue c ? (long)c.Prefix : CelError.NoOverload, "net.CIDR.():int");
    }

    private static object Ip(object? value) => value switch
    {
        string text => ParseIp(text) is { } ip ? new IpValue(ip) : new CelError($"IP Address '{text}' parse error during conversion from string"),
        _ => CelError.NoOverload,
    };

    private static void Test(FunctionRegistry functions, string name, Func<IPAddress, bool> holds) =>
        functions.Add(name, a => a[0] is IpValue ip ? Display.Box(holds(ip.Address)) : CelError.NoOverload, "net.IP.():bool");

    private static bool IsGlobalUnicast(IPAddress ip) => !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) && !ip.Equals(IPAddress.Broadcast)
        && !IPAddress.IsLoopback(ip) && !ip.IsIPv6Multicast && !ip.IsIPv6LinkLocal && ip.GetAddressBytes() is not ([>= 224 and <= 239, _, _, _] or [169, 254, _, _]);

    // Strict as Go's netip: four plain decimals without leading zeros, no zone, no IPv4 inside IPv6.
    private static IPAddress? ParseIp(string text)
    {
        if (text.Length > 45 || text.AsSpan().ContainsAnyExcept(AddressCharacters) || !IPAddress.TryParse(text, out var ip))
        {
            return null;
        }

        if (ip.AddressFamily == AddressFamily.InterNetwork)
        {
            return ip.ToString() == text ? ip : null;
        }

        return ip.IsIPv4MappedToIPv6 ? null : ip;
    }

    private static CidrValue? ParseCidr(string text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && ParseIp(text[..slash]) is { } ip && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            && prefix.ToString(CultureInfo.InvariantCulture) == text[(slash + 1)..] && prefix <= ip.GetAddressBytes().Length * 8
            ? new(ip, prefix)
            : null;
    }

    private static object ContainsCidr(CidrValue range, object? other)
    {
        var inner = other as CidrValue ?? (other is string text ? ParseCidr(text) : null);
        return inner is null ? new CelError($"network address parse error during conversion from string: {Display.Of(other)}")
            : Display.Box(inner.Prefix >= range.Prefix && range.Contains(inner.Address));
    }

    private sealed record IpValue(IPAddress Address) : IOpaqueValue, ISizedValue
    {
        public long Size => Address.GetAddressBytes().Length;

        public string TypeName => "net.IP";

        public override string ToString() => Address.ToString();
    }

    private sealed record CidrValue(IPAddress Address, int Prefix) : IOpaqueValue, ISizedValue
    {
        public long Size => (Prefix + 7) / 8;

        public string TypeName => "net.CIDR";

        public bool Contains(IPAddress ip) => ip.AddressFamily == Address.AddressFamily && Masked(ip).SequenceEqual(Masked(Address));

        public CidrValue Masked() => new(new IPAddress(Masked(Address)), Prefix);

        public override string ToString() => $"{Address}/{Prefix}";

        private byte[] Masked(IPAddress ip)
        {
            var bytes = ip.GetAddressBytes();
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] &= (byte)(0xff << Math.Clamp(8 - (Prefix - (i * 8)), 0, 8));
            }

            return bytes;
        }
    }
}
