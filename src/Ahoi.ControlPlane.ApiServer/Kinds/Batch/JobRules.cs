using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>What jobs and their templates in cron jobs share.</summary>
internal static class JobRules
{
    private const int LongestManager = 63;
    private const int LongestIndexes = 64 * 1024;
    private const long MostIndexes = 100_000;
    private const long MostOfVeryMany = 10_000;
    private const int MostRules = 20;
    private const int MostExitCodes = 255;

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
        if (spec["maxFailedIndexes"].Has && !spec["backoffLimitPerIndex"].Has)
        {
            spec["backoffLimitPerIndex"].Required("when maxFailedIndexes is specified");
        }

        if (spec["managedBy"].Has)
        {
            spec["managedBy"].DomainPrefixedPath();
            if (spec["managedBy"].Text.Length > LongestManager)
            {
                spec["managedBy"].TooLong(LongestManager);
            }
        }

        var indexed = spec["completionMode"].Text == "Indexed";
        if (spec["completionMode"].Has && spec["completionMode"].OneOf("Indexed", "NonIndexed") && indexed)
        {
            Indexed(spec);
        }

        if (spec["completionMode"].Text is "" or "NonIndexed")
        {
            foreach (var name in (ReadOnlySpan<string>)["backoffLimitPerIndex", "maxFailedIndexes"])
            {
                if (spec[name].Has)
                {
                    spec[name].Invalid("requires indexed completion mode");
                }
            }
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
        else if (restart.OneOf("Never", "OnFailure") && restart.Text != "Never" && spec["podFailurePolicy"].Has)
        {
            restart.Invalid("only \"Never\" is supported when podFailurePolicy is specified");
        }
    }

    // What an indexed job's status must hold grows with its indexes.
    private static void Indexed(Field spec)
    {
        var (completions, parallelism, failed) = (spec["completions"], spec["parallelism"], spec["maxFailedIndexes"]);
        if (!completions.Has)
        {
            completions.Required("when completion mode is Indexed");
        }

        parallelism.AtMost(MostIndexes, $"must be less than or equal to {MostIndexes} when completion mode is Indexed");
        if (completions.Has)
        {
            failed.AtMost(completions.Integer, "must be less than or equal to completions");
        }

        failed.AtMost(MostIndexes, $"must be less than or equal to {MostIndexes}");
        if (completions.Integer > MostIndexes && spec["backoffLimitPerIndex"].Has)
        {
            if (!failed.Has)
            {
                failed.Required($"must be specified when completions is above {MostIndexes}");
            }

            const string Detail = "must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index";
            parallelism.AtMost(MostOfVeryMany, Detail);
            failed.AtMost(MostOfVeryMany, Detail);
        }
    }

    private static void AtMost(this Field number, long most, string detail)
    {
        if (number.Integer > most)
        {
            number.Invalid(detail);
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

        var rules = policy["rules"];
        rules.MustExist("at least one rule must be specified");
        if (rules.Count > MostRules)
        {
            rules.TooMany(MostRules);
        }

        foreach (var rule in rules.Items)
        {
            SuccessRule(rule, spec["completions"].Integer);
        }
    }

    private static void SuccessRule(Field rule, long completions)
    {
        var (count, indexes) = (rule["succeededCount"], rule["succeededIndexes"]);
        if (!count.Has && !indexes.Has)
        {
            rule.Required("at least one of succeededCount or succeededIndexes must be specified");
        }

        var named = 0L;
        if (indexes.Has)
        {
            if (indexes.Text.Length > LongestIndexes)
            {
                indexes.TooLong(LongestIndexes);
            }

            named = indexes.Indexes(completions)?.Sum(i => i.Last - i.First + 1) ?? 0;
        }

        if (count.Has)
        {
            count.NonNegative();
            count.AtMost(completions, $"must be less than or equal to {completions} (the number of specified completions)");
            if (indexes.Has)
            {
                count.AtMost(named, $"must be less than or equal to {named} (the number of indexes in succeededIndexes)");
            }
        }
    }

    private static void FailurePolicy(Field spec)
    {
        var policy = spec["podFailurePolicy"];
        if (!policy.Has)
        {
            return;
        }

        var rules = policy["rules"];
        if (rules.Count > MostRules)
        {
            rules.TooMany(MostRules);
        }

        var pod = spec["template"]["spec"];
        var containers = pod["containers"].Items.Concat(pod["initContainers"].Items).Select(c => c["name"].Text).ToHashSet(StringComparer.Ordinal);
        foreach (var rule in rules.Items)
        {
            if (rule["action"].RequiredOneOf("Count", "FailIndex", "FailJob", "Ignore") && rule["action"].Text == "FailIndex" && !spec["backoffLimitPerIndex"].Has)
            {
                rule["action"].Invalid("requires the backoffLimitPerIndex to be set");
            }

            var (codes, conditions) = (rule["onExitCodes"], rule["onPodConditions"]);
            if (codes.Has)
            {
                ExitCodes(codes, containers);
            }

            if (conditions.Count > MostRules)
            {
                conditions.TooMany(MostRules);
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

    private static void ExitCodes(Field codes, HashSet<string> containers)
    {
        codes["operator"].RequiredOneOf("In", "NotIn");
        if (codes["containerName"].Has && !containers.Contains(codes["containerName"].Text))
        {
            codes["containerName"].Invalid("must be one of the container or initContainer names in the pod template");
        }

        var values = codes["values"];
        if (values.Count == 0)
        {
            values.Invalid("at least one value is required");
        }
        else if (values.Count > MostExitCodes)
        {
            values.TooMany(MostExitCodes);
        }

        var (seen, ordered, before) = (new HashSet<long>(), true, long.MinValue);
        foreach (var value in values.Items)
        {
            if (codes["operator"].Text == "In" && value.Integer == 0)
            {
                value.Invalid("must not be 0 for the In operator");
            }

            if (!seen.Add(value.Integer))
            {
                value.Duplicate();
            }

            ordered &= before <= value.Integer;
            before = value.Integer;
        }

        if (!ordered)
        {
            values.Invalid("must be ordered");
        }
    }
}
