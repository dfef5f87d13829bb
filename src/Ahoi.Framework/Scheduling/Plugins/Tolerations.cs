using Ahoi.Api.Json;

namespace Ahoi.Framework.Scheduling.Plugins;

/// <summary>Which taints a pod tolerates.</summary>
internal readonly struct Tolerations
{
    private readonly JsonMap[] _all;

    private Tolerations(JsonMap[] all) => _all = all;

    public static Tolerations Of(PodView pod) => new([.. pod.Spec.List("tolerations")?.Maps ?? []]);

    public bool Tolerate(NodeTaint taint) => Array.Exists(_all, t => Tolerates(t, taint));

    private static bool Tolerates(JsonMap toleration, NodeTaint taint) =>
        (toleration.Text("effect") is not { Length: > 0 } effect || effect == taint.Effect)
        && (toleration.Text("key") is not { Length: > 0 } key || key == taint.Key)
        && toleration.Text("operator") switch
        {
            "Exists" => true,
            null or "" or "Equal" => (toleration.Text("value") ?? "") == taint.Value,
            _ => false,
        };
}
