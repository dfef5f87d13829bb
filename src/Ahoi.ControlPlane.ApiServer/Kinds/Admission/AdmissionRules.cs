using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Admission;

/// <summary>What webhooks and policies share.</summary>
internal static class AdmissionRules
{
    /// <summary>Refuses a rule that names no operations or resources.</summary>
    public static void Rule(Field rule)
    {
        foreach (var name in (ReadOnlySpan<string>)["operations", "apiGroups", "apiVersions", "resources"])
        {
            var list = rule[name];
            list.MustExist();
            if (list.Count > 1 && list.Items.Any(i => i.Text == "*") && name != "resources")
            {
                list.Invalid("if '*' is present, must not specify others");
            }
        }

        foreach (var operation in rule["operations"].Items)
        {
            operation.OneOf("*", "CONNECT", "CREATE", "DELETE", "UPDATE");
        }

        foreach (var version in rule["apiVersions"].Items.Where(v => v.Text.Length == 0))
        {
            version.Required();
        }

        foreach (var resource in rule["resources"].Items.Where(r => r.Text.Length == 0))
        {
            resource.Required();
        }

        if (rule["scope"].Has)
        {
            rule["scope"].OneOf("*", "Cluster", "Namespaced");
        }
    }

    /// <summary>Refuses a client configuration without exactly one of a URL and a service.</summary>
    public static void ClientConfig(Field config)
    {
        var (url, service) = (config["url"], config["service"]);
        if (url.Has == service.Has)
        {
            config.Required("exactly one of url or service is required");
        }
        else if (url.Has)
        {
            if (!Uri.TryCreate(url.Text, UriKind.Absolute, out var address) || address.Scheme != "https" || address.Host.Length == 0
                || address.UserInfo.Length > 0 || address.Fragment.Length > 0 || address.Query.Length > 0)
            {
                url.Invalid("must be an https URL with a host and without user, query and fragment");
            }
        }
        else
        {
            service["name"].MustExist();
            service["namespace"].MustExist();
            service["port"].Port();
            if (service["path"].Text is { Length: > 0 } path && !path.StartsWith('/'))
            {
                service["path"].Invalid("must start with a '/'");
            }
        }
    }

    /// <summary>Refuses conditions without a unique name and an expression that can be true.</summary>
    public static void MatchConditions(Field conditions, CelEnvironment environment)
    {
        if (conditions.Count > 64)
        {
            conditions.TooMany(64);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var condition in conditions.Items)
        {
            if (string.IsNullOrWhiteSpace(condition["expression"].Text))
            {
                condition["expression"].Required();
            }
            else
            {
                PolicyExpressions.Compile(environment, condition["expression"].Text.Trim(), out var fault, CelType.Bool);
                if (fault is not null)
                {
                    condition["expression"].Invalid(fault);
                }
            }

            if (condition["name"].RequiredAnd(Names.Qualified) && !names.Add(condition["name"].Text))
            {
                condition["name"].Duplicate();
            }
        }
    }

    /// <summary>Completes what a policy matches.</summary>
    public static void SetMatchDefaults(JsonMap? match)
    {
        if (match is null)
        {
            return;
        }

        match.Default("matchPolicy", "Equivalent");
        match.EnsureMap("namespaceSelector");
        match.EnsureMap("objectSelector");
        foreach (var rule in match.Maps("resourceRules").Concat(match.Maps("excludeResourceRules")))
        {
            rule.Default("scope", "*");
        }
    }

    /// <summary>Refuses bad constraints of what a policy or a binding matches.</summary>
    public static void Match(Field match)
    {
        match["matchPolicy"].OneOf("Equivalent", "Exact");
        match["namespaceSelector"].LabelSelector();
        match["objectSelector"].LabelSelector();
        foreach (var rule in match["resourceRules"].Items.Concat(match["excludeResourceRules"].Items))
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var name in rule["resourceNames"].Items)
            {
                name.Must(Names.PathSegment);
                if (!names.Add(name.Text))
                {
                    name.Duplicate();
                }
            }

            Rule(rule);
        }
    }
}
