using System.Buffers.Binary;
using System.Text;

namespace Ahoi.ControlPlane.Node.Streams.Spdy;

/// <summary>The bytes that both sides of SPDY/3 know before their first header block (draft-mbelshe-httpbis-spdy-00, section
/// 2.6.10.1): words, each after its length, and a list of values.</summary>
internal static class SpdyDictionary
{
    private const string Words =
        "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection "
        + "content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host "
        + "if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization "
        + "range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version "
        + "HTTP/1.1 url public set-cookie keep-alive origin";

    private const string Values =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved "
        + "Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr "
        + "May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,"
        + "application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    /// <summary>Gets the bytes: 1423, whose Adler-32 sum is e3c6a7c2.</summary>
    public static byte[] Bytes { get; } = Make();

    private static byte[] Make()
    {
        var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var word in Words.Split(' ').Select(w => w.Replace('_', ' ')))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, word.Length);
            bytes.Write(length);
            bytes.Write(Encoding.ASCII.GetBytes(word));
        }

        bytes.Write(Encoding.ASCII.GetBytes(Values));
        return bytes.ToArray();
    }
}
