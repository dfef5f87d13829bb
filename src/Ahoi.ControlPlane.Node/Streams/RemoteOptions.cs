using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>Which streams somebody wants of a program, as the query of <c>exec</c> and <c>attach</c> says.</summary>
internal sealed record RemoteOptions(bool Input, bool Output, bool Error, bool Terminal, bool InputOnce)
{
    /// <summary>Reads the query.</summary>
    public static RemoteOptions Read(HttpContext http, bool inputOnce)
    {
        var terminal = Is(http, "tty");
        return new(Is(http, "stdin"), Is(http, "stdout"), Is(http, "stderr") && !terminal, terminal, inputOnce);
    }

    /// <summary>Gets how many streams a client opens that opens each by itself: one for the status besides.</summary>
    public int Count => 1 + (Input ? 1 : 0) + (Output ? 1 : 0) + (Error ? 1 : 0) + (Terminal ? 1 : 0);

    private static bool Is(HttpContext http, string name) => http.Request.Query[name].FirstOrDefault() is "true" or "1";
}
