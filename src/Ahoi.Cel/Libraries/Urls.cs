using Ahoi.Api.Json;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Libraries;

/// <summary>Absolute URLs and absolute paths.</summary>
internal static class Urls
{
    private const string U = "kubernetes.URL";
    private static readonly System.Buffers.SearchValues<char> NotInHosts = System.Buffers.SearchValues.Create(" <>\"{}|\\^`");

    public static void AddTo(FunctionRegistry functions)
    {
        functions.Add("url", a => a[0] is string s ? (object?)Parse(s) ?? new CelError($"URL parse error during conversion from string: {s}") : CelError.NoOverload, $"(string):{U}");
        functions.Add("isURL", a => a[0] is string s ? Display.Box(Parse(s) is not null) : CelError.NoOverload, "(string):bool");
        functions.Add("getScheme", a => a[0] is Value v ? v.Scheme : CelError.NoOverload, $"{U}.():string");
        functions.Add("getHost", a => a[0] is Value v ? v.Host : CelError.NoOverload, $"{U}.():string");
        functions.Add("getHostname", a => a[0] is Value v ? HostName(v.Host) : CelError.NoOverload, $"{U}.():string");
        functions.Add("getPort", a => a[0] is Value v ? Port(v.Host) : CelError.NoOverload, $"{U}.():string");
        functions.Add("getEscapedPath", a => a[0] is Value v ? v.Path : CelError.NoOverload, $"{U}.():string");
        functions.Add("getQuery", a => a[0] is Value v ? Query(v.Query) : CelError.NoOverload, $"{U}.():map(string,list(string))");
    }

    private static Value? Parse(string text)
    {
        if (text.Length == 0 || text.Any(c => c is < ' ' or '\x7f'))
        {
            return null;
        }

        var rest = text.Split('#', 2)[0];
        var (scheme, host) = ("", "");
        if (rest[..Math.Min(1, rest.Length)] != "/")
        {
            var colon = rest.IndexOf(':');
            if (colon <= 0 || !char.IsAsciiLetter(rest[0]) || !rest.AsSpan(0, colon).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
            {
                return null;
            }

            scheme = rest[..colon].ToLowerInvariant();
            rest = rest[(colon + 1)..];
        }

        var mark = rest.IndexOf('?');
        var query = mark < 0 ? "" : rest[(mark + 1)..];
        rest = mark < 0 ? rest : rest[..mark];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            host = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? "" : rest[slash..];
            host = host[(host.LastIndexOf('@') + 1)..];
            if (host.AsSpan().ContainsAny(NotInHosts) || !PortIsValid(host))
            {
                return null;
            }
        }

        for (var i = rest.IndexOf('%'); i >= 0; i = rest.IndexOf('%', i + 1))
        {
            if (i + 2 >= rest.Length || !char.IsAsciiHexDigit(rest[i + 1]) || !char.IsAsciiHexDigit(rest[i + 2]))
            {
                return null;
            }
        }

        return new(scheme, host, Escape(rest), query);
    }

    private static bool PortIsValid(string host)
    {
        var name = host.LastIndexOf(']');
        if (host.StartsWith('[') != name > 0)
        {
            return false;
        }

        var colon = host.IndexOf(':', Math.Max(0, name));
        return colon < 0 || host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static string Escape(string path) => string.Concat(path.Select(c =>
        c > '~' || c is ' ' or '"' or '<' or '>' or '^' or '`' or '{' or '}' or '|' or '\\' ? Uri.EscapeDataString(c.ToString()) : c.ToString()));

    private static string HostName(string host) => host.StartsWith('[') ? host[1..host.IndexOf(']')] : host.Split(':')[0];

    private static string Port(string host) => host.IndexOf(':', Math.Max(0, host.LastIndexOf(']'))) is >= 0 and var at ? host[(at + 1)..] : "";

    private static CelJsonMap Query(string query)
    {
        var map = new JsonMap();
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            map.EnsureList(Decode(parts[0])).Add(parts.Length > 1 ? Decode(parts[1]) : "");
        }

        return new(map, CelType.Map(CelType.String, CelType.List(CelType.String)));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private sealed record Value(string Scheme, string Host, string Path, string Query) : IOpaqueValue
    {
        public string TypeName => U;
    }
}
