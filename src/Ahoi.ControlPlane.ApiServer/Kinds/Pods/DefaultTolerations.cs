using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Lets a new pod stay for five minutes on a node that is not ready or out of reach, unless it says otherwise.</summary>
internal static class DefaultTolerations
{
    private const int Seconds = 300;

    /// <summary>Adds the tolerations that a new pod lacks.</summary>
    public static void Add(JsonMap spec)
    {
        foreach (var key in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!IsTolerated(spec, key))
            {
                spec.EnsureList("tolerations").Add(
                    new JsonMap { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = Seconds });
            }
        }
    }

    private static bool IsTolerated(JsonMap spec, string key) => spec.Maps("tolerations").Any(t =>
        (t.Text("key") is null or "" || t.Text("key") == key) && t.Text("effect") is null or "" or "NoExecute");
}
