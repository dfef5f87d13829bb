using System.Text;

namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Makes the hosts file of a pod: itself, what its spec adds, and the services it can name.</summary>
internal static class PodHosts
{
    public static string Write(PodFacts facts, string hostName, IReadOnlyList<string> services)
    {
        var text = new StringBuilder();
        text.Append("# Written by the node; changes are overwritten.\n");
        text.Append("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        var subdomain = facts.Spec.Text("subdomain");
        var full = subdomain is { Length: > 0 } ? $"{hostName}.{subdomain}.{facts.Namespace}.svc.cluster.local\t" : "";
        text.Append(facts.PodAddress).Append('\t').Append(full).Append(hostName).Append('\n');
        foreach (var alias in facts.Spec.List("hostAliases")?.Maps ?? [])
        {
            text.Append(alias.Text("ip")).Append('\t').AppendJoin('\t', alias.List("hostnames")?.Texts ?? []).Append('\n');
        }

        return text.AppendJoin('\n', services).Append(services.Count > 0 ? "\n" : "").ToString();
    }
}
