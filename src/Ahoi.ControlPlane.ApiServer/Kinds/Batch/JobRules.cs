using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>What jobs and their templates in cron jobs share.</summary>
internal static class JobRules
{
    /// <summary>Sets what the default of a policy is, in jobs and in templates.</summary>
    public static void SetPolicyDefaults(JsonMap spec)
    {
        foreach (var pattern in (spec.Map("podFailurePolicy") ?? []).Maps("rules").SelectMany(r => r.Maps("onPodConditions")))
        {
            pattern.Default("status", "True");
        }
    }

    /// <summary>Refuses a bad spec, the selector excepted.</summary>
    public static void JobSpec(this Field spec)
    {
        spec["parallelism"].NonNegative();
        spec["completions"].NonNegative();
        spec["activeDeadlineSeconds"].NonNegative();
        spec["backoffLimit"].NonNegative();
        spec["ttlSecondsAfterFinished"].NonNegative();
        spec["backoffLimitPerIndex"].NonNegative();
        spec["maxFailedIndexes"].NonNegative();
        var indexed = spec["completionMode"].Text == "Indexed";
        if (spec["completionMode"].Has && spec["completionMode"].OneOf("Indexed", "NonIndexed") && indexed && !spec["completions"].Has)
        {
            spec["completions"].Required("when completion mode is Indexed");
        }

        if (!indexed)
        {
            foreach (var name in (ReadOnlySpan<string>)["backoffLimitPerIndex", "maxFailedIndexes"])
            {
                if (spec[name].Has)
                {
                    spec[name].Invalid("requires indexed completion mode");
                }
            }
        }

        if (spec["managedBy"].Has)
        {
            spec["managedBy"].Must(Names.Qualified);
        }

        FailurePolicy(spec);
        Replacement(spec);
        SuccessPolicy(spec, indexed);
        spec["template"].PodTemplate();
        var restart = spec["template"]["spec"]["restartPolicy"];
        if (restart.Text is "" or "Always")
        {
            restart.Required("valid values: \"OnFailure\", \"Never\"");
        }
        else
        {
            restart.OneOf("Never", "OnFailure");
        }
    }

    private static void Replacement(Field spec)
    {
        if (spec["podReplacementPolicy"].Has)
        {
            if (spec["podFailurePolicy"].Has)
            {
                spec["podReplacementPolicy"].OneOf("Failed");
            }
            else
            {
                spec["podReplacementPolicy"].OneOf("Failed", "TerminatingOrFailed");
            }
        }
    }

    private static void SuccessPolicy(Field spec, bool indexed)
    {
        var policy = spec["successPolicy"];
        if (!policy.Has)
        {
            return;
        }

        if (!indexed)
        {
            policy.Invalid("requires indexed completion mode");
            return;
        }

        policy["rules"].MustExist("at least one rule must be specified");
        foreach (var rule in policy["rules"].Items)
        {
            if (!rule["succeededCount"].Has && !rule["succeededIndexes"].Has)
            {
                rule.Required("at least one of succeededCount or succeededIndexes must be specified");
            }

            rule["succeededCount"].PositiveIfSet();
        }
    }

    private static void FailurePolicy(Field spec)
    {
        var policy = spec["podFailurePolicy"];
        if (!policy.Has)
        {
            return;
        }

        if (spec["template"]["spec"]["restartPolicy"] is { Text: not "Never" } restart)
        {
            restart.Invalid("only \"Never\" is supported when podFailurePolicy is specified");
        }

        if (policy["rules"].Count > 20)
        {
            policy["rules"].TooMany(20);
        }

        foreach (var rule in policy["rules"].Items)
        {
            rule["action"].RequiredOneOf("Count", "FailIndex", "FailJob", "Ignore");
            var (codes, conditions) = (rule["onExitCodes"], rule["onPodConditions"]);
            if (codes.Has)
            {
                codes["operator"].RequiredOneOf("In", "NotIn");
                if (codes["values"].Count == 0)
                {
                    codes["values"].Invalid("at least one value is required");
                }

                if (codes["operator"].Text == "In")
                {
                    foreach (var zero in codes["values"].Items.Where(v => v.Integer == 0))
                    {
                        zero.Invalid("must not be 0 for the In operator");
                    }
                }
            }

            foreach (var condition in conditions.Items)
            {
                condition["type"].Must(Names.Qualified);
                condition["status"].RequiredOneOf("False", "True", "Unknown");
            }

            if (codes.Has && conditions.Count > 0)
            {
                rule.Invalid("specifying both OnExitCodes and OnPodConditions is not supported");
            }
            else if (!codes.Has && conditions.Count == 0)
            {
                rule.Invalid("specifying one of OnExitCodes and OnPodConditions is required");
            }
        }
    }
}
