using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>When single containers start again.</summary>
internal static class RestartRules
{
    private const int MostRules = 20;
    private const int MostCodes = 255;

    /// <summary>Refuses a bad restart policy of a container, and bad rules of it.</summary>
    public static void RestartPolicy(this Field container)
    {
        var (policy, rules) = (container["restartPolicy"], container["restartPolicyRules"]);
        if (policy.Has)
        {
            policy.OneOf("Always", "Never", "OnFailure");
        }
        else if (rules.Count > 0)
        {
            policy.Required("must specify restartPolicy when restart rules are used");
        }

        if (rules.Count > MostRules)
        {
            rules.TooMany(MostRules);
        }

        foreach (var rule in rules.Items)
        {
            rule["action"].RequiredOneOf("Restart");
            var codes = rule["exitCodes"];
            if (!codes.Has)
            {
                codes.Required("must be specified");
                continue;
            }

            codes["operator"].RequiredOneOf("In", "NotIn");
            if (codes["values"].Count > MostCodes)
            {
                codes["values"].TooMany(MostCodes);
            }
        }
    }
}
