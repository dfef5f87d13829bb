using Microsoft.AspNetCore.Http;

namespace Ahoi.Dashboard.Serving;

/// <summary>
/// Which paths of the API server are forwarded: discovery, objects, lists, watches, and of what is below objects their
/// status, scale and logs. What leads into pods (exec, attach, port-forward) and what lets them answer under the dashboard's
/// own address (proxy) is not.
/// </summary>
internal static class ReadablePath
{
    private static readonly string[] Subresources = ["status", "scale", "log"];

    public static bool IsReadable(PathString path)
    {
        var value = path.Value ?? "";
        if (value.Contains('%', StringComparison.Ordinal) || value.Contains("//", StringComparison.Ordinal) || value.Contains('\\', StringComparison.Ordinal))
        {
            return false;
        }

        var parts = value.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Any(p => p is "." or ".."))
        {
            return false;
        }

        return parts switch
        {
            ["version"] or ["api" or "apis"] or ["api", _] or ["apis", _] or ["apis", _, _] => true,
            ["api", _, .. var rest] => IsObject(rest),
            ["apis", _, _, .. var rest] => IsObject(rest),
            _ => false,
        };
    }

    private static bool IsObject(ReadOnlySpan<string> parts)
    {
        if (parts is ["namespaces", _, _, ..])
        {
            // Of a namespace itself there is its status; everything else is in it.
            parts = parts is ["namespaces", _, "status"] ? parts : parts[2..];
        }

        return parts is [not ("proxy" or "watch")] or [not ("proxy" or "watch"), _]
            || (parts is [not ("proxy" or "watch"), _, var below] && Subresources.Contains(below));
    }
}
