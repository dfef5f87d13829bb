using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>A service's addresses in the cluster, and the families they are of: at most one of each family.</summary>
internal static class ServiceAddressRules
{
    private const string Fixed = "may not change once set";

    /// <summary>Refuses addresses and families that do not fit each other.</summary>
    public static void Check(Field spec)
    {
        var (ip, ips, families, policy) = (spec["clusterIP"], spec["clusterIPs"], spec["ipFamilies"], spec["ipFamilyPolicy"]);
        if (ip.IsEmpty)
        {
            if (ips.Count > 0)
            {
                ips.Invalid("must be empty when `clusterIP` is not specified");
            }
        }
        else if (ips.Count == 0)
        {
            ips.Required();
        }
        else if (ips.At(0).Text != ip.Text)
        {
            ips.Invalid("first value must match `clusterIP`");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var family in families.Items)
        {
            family.OneOf("IPv4", "IPv6");
            if (!seen.Add(family.Text))
            {
                family.Duplicate();
            }
        }

        if (policy.Has)
        {
            policy.OneOf("PreferDualStack", "RequireDualStack", "SingleStack");
        }

        var sound = true;
        foreach (var (i, one) in ips.Items.Index())
        {
            if (i == 0 && one.Text == "None")
            {
                if (ips.Count > 1)
                {
                    sound = false;
                    ips.Invalid("'None' must be the first and only value");
                }
            }
            else
            {
                sound &= one.Ip();
            }
        }

        if (ips.Count > 2)
        {
            ips.Invalid("may only hold up to 2 values");
        }

        if (sound)
        {
            Families(ips, families);
        }
    }

    /// <summary>Refuses to change what was given: a second address and family may come and go, the first may not.</summary>
    public static void Change(Field spec, JsonMap old)
    {
        if (spec["type"].Text == "ExternalName" || old.Text("type") == "ExternalName")
        {
            return;
        }

        var (isHeadless, wasHeadless) = (IsHeadless(spec.Map), IsHeadless(old));
        var (ips, was) = (spec["clusterIPs"], old.List("clusterIPs") ?? []);
        if (!(isHeadless && wasHeadless))
        {
            Kept(ips, ips, was, "primary clusterIP can not be unset", each: true);
            Released(spec["ipFamilyPolicy"], was.Count, ips.Count, "secondary clusterIP");
        }

        if (!isHeadless && !wasHeadless)
        {
            var (families, before) = (spec["ipFamilies"], old.List("ipFamilies") ?? []);
            Kept(families, ips, before, "primary ipFamily can not be unset", each: false);
            Released(spec["ipFamilyPolicy"], before.Count, families.Count, "secondary ipFamily");
        }
    }

    private static bool IsHeadless(JsonMap spec) => spec.List("clusterIPs") is ["None"];

    private static void Kept(Field list, Field ips, JsonList was, string unset, bool each)
    {
        if (list.Count == was.Count)
        {
            foreach (var (i, item) in list.Items.Index())
            {
                if (!JsonTree.Equals(item.Value, was[i]))
                {
                    (list.At(each ? i : 0) with { Value = list.Value }).Invalid(Fixed);
                }
            }

            return;
        }

        if (was.Count > list.Count && ips.Count == 0)
        {
            (list.At(0) with { Value = list.Value }).Invalid(unset);
        }
        else if (was.Count > 0 && list.Count > 0 && !JsonTree.Equals(list.At(0).Value, was[0]))
        {
            (list.At(0) with { Value = list.Value }).Invalid(Fixed);
        }
    }

    private static void Released(Field policy, int before, int now, string what)
    {
        if (before > now && now == 1 && policy.Text != "SingleStack")
        {
            policy.Invalid($"must be set to 'SingleStack' when releasing the {what}");
        }
    }

    private static void Families(Field ips, Field families)
    {
        if (ips.Count > 1 && ips.Items.Select(i => Addresses.IsIpv4(i.Text)).Distinct().Count() != ips.Count)
        {
            ips.Invalid("may specify no more than one IP for each IP family");
        }

        foreach (var (i, ip) in ips.Items.Index().Where(i => i.Item.Text != "None" && i.Index < families.Count))
        {
            if (families.At(i).Text is "IPv4" or "IPv6" && families.At(i).Text == "IPv4" != Addresses.IsIpv4(ip.Text))
            {
                ip.Invalid($"expected an {families.At(i).Text} value as indicated by `ipFamilies[{i}]`");
            }
        }
    }
}
