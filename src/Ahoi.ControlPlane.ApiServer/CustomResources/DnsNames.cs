using System.Text.RegularExpressions;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>What names look like.</summary>
internal static partial class DnsNames
{
    public static bool IsLabel1035(string name) => name.Length <= 63 && Label1035().IsMatch(name);

    public static bool IsSubdomain(string name) => name.Length <= 253 && Subdomain().IsMatch(name);

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label1035();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();
}
