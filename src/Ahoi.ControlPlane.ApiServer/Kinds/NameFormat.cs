namespace Ahoi.ControlPlane.ApiServer.Kinds;

/// <summary>What the names of a kind's objects look like.</summary>
internal enum NameFormat
{
    /// <summary>A DNS subdomain of RFC 1123: lower case labels with dots, at most 253 characters.</summary>
    Subdomain,

    /// <summary>A DNS label of RFC 1123: at most 63 characters.</summary>
    Label,

    /// <summary>A DNS label of RFC 1035: at most 63 characters, the first a letter.</summary>
    ServiceLabel,

    /// <summary>Anything that can stand in a URL path: not "." or "..", no "/" or "%".</summary>
    PathSegment,
}
