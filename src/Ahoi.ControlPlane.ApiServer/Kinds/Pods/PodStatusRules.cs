using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>What the status of a pod may say.</summary>
internal static class PodStatusRules
{
    private static readonly string[] SystemConditions = ["Initialized", "PodScheduled", "Ready"];

    /// <summary>Refuses a bad status.</summary>
    public static void Check(Field root, JsonMap old)
    {
        var (status, spec, was) = (root["status"], old.Map("spec") ?? [], old.Map("status") ?? []);
        foreach (var condition in status["conditions"].As("metadata.conditions").Items.Where(c => !SystemConditions.Contains(c["type"].Text)))
        {
            condition["type"].As(condition.Path + ".Type").Must(Names.Qualified);
        }

        if (status["nominatedNodeName"].Text != (was.Text("nominatedNodeName") ?? ""))
        {
            status["nominatedNodeName"].MustIfSet(Names.Subdomain);
        }

        var restart = spec.Text("restartPolicy") ?? "Always";
        Ended(status, was, "containerStatuses", name => PolicyOf(spec.Maps("containers"), name) ?? restart);
        Ended(status, was, "initContainerStatuses", name => PolicyOf(spec.Maps("initContainers"), name) ?? restart);
        Ended(status, was, "ephemeralContainerStatuses", _ => "Never");
        Claims(status["resourceClaimStatuses"], spec);
        Addresses(status["podIPs"]);
        if (status["hostIPs"].Count > 0)
        {
            var first = status["hostIPs"].At(0)["ip"];
            if (first.Text != status["hostIP"].Text)
            {
                first.Invalid("must be equal to `hostIP`");
            }

            Addresses(status["hostIPs"]);
        }
    }

    private static string? PolicyOf(IEnumerable<JsonMap> containers, string name) =>
        containers.FirstOrDefault(c => c.Text("name") == name)?.Text("restartPolicy");

    // What has ended and is not to start again has ended for good. Reported where it stood in the old list.
    private static void Ended(Field status, JsonMap old, string list, Func<string, string> policy)
    {
        foreach (var (i, was) in old.Maps(list).Index())
        {
            var name = was.Text("name") ?? "";
            if (was.Map("state")?.Map("terminated") is not { } terminated
                || policy(name) == "Always"
                || (policy(name) == "OnFailure" && terminated.Integer("exitCode") is not (null or 0)))
            {
                continue;
            }

            var now = status[list].Items.FirstOrDefault(s => s["name"].Text == name);
            if (now.Has && !now["state"]["terminated"].Has)
            {
                status[list].At(i)["state"].Forbidden("may not be transitioned to non-terminated state");
            }
        }
    }

    private static void Claims(Field claims, JsonMap spec)
    {
        var known = spec.Maps("resourceClaims").Select(c => c.Text("name") ?? "").ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in claims.Items)
        {
            if (!known.Contains(claim["name"].Text))
            {
                claim["name"].Invalid("must match the name of an entry in `spec.resourceClaims`");
            }

            if (!seen.Add(claim["name"].Text))
            {
                claim["name"].Duplicate();
            }

            if (claim["resourceClaimName"].Has)
            {
                claim["resourceClaimName"].As(claim["name"].Path).Must(Names.Subdomain);
            }
        }
    }

    private static void Addresses(Field ips)
    {
        var valid = true;
        foreach (var ip in ips.Items)
        {
            valid &= ip["ip"].As(ip.Path).Ip();
        }

        if (ips.Count < 2 || !valid)
        {
            return;
        }

        var families = ips.Items.Select(i => Rules.Addresses.IsIpv4(i["ip"].Text)).ToArray();
        if (families.Length > 2 || families[0] == families[1])
        {
            ips.Invalid("may specify no more than one IP for each IP family");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ip in ips.Items.Where(ip => !seen.Add(ip["ip"].Text)))
        {
            ip.Duplicate();
        }
    }
}
