using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ahoi.Previews.Api;

/// <summary>Where records of hosts are written: by dynamic updates (RFC 2136) that are signed (RFC 8945).</summary>
public sealed record DnsUpdate
{
    /// <summary>Gets the zone's primary name server: a name or an IPv4 address, and a port where it is not 53.</summary>
    [StringLength(260)]
    [RegularExpression("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$")]
    public required string Server { get; init; }

    /// <summary>Gets the zone that hosts are in.</summary>
    [StringLength(180)]
    [RegularExpression("^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    public required string Zone { get; init; }

    /// <summary>Gets the Secret, in the PreviewApp's namespace, with the TSIG key's <c>name</c>, its <c>secret</c> in base64 and,
    /// where it is not <c>hmac-sha256</c>, its <c>algorithm</c>.</summary>
    [StringLength(253)]
    public required string KeySecret { get; init; }

    /// <summary>Gets what hosts lead to: the ingress' IP address (an A or AAAA record) or its name (a CNAME).</summary>
    [StringLength(253)]
    [RegularExpression("^[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9:])?$")]
    public required string Target { get; init; }

    /// <summary>Gets for how many seconds others may remember a record.</summary>
    /// <value>The default is 60.</value>
    [Range(1, 86400)]
    [DefaultValue(60)]
    public int Ttl { get; set; } = 60;
}
