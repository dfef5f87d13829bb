namespace Ahoi.Previews.Records;

/// <summary>A name server that did not take an update.</summary>
internal sealed class DnsException(string reason, string message) : Exception(message)
{
    /// <summary>Gets why, in one word.</summary>
    public string Reason => reason;
}
