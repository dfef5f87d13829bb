using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>
/// What the status of a job may say: its fields must agree with each other and with the spec, and what has ended stays
/// so. Of what was wrong already, only what a write changes is judged.
/// </summary>
internal static class JobStatusRules
{
    private static readonly string[] Terminal = ["Failed", "Complete", "FailureTarget"];

    /// <summary>Refuses a bad status.</summary>
    public static void Check(Field root, JsonMap old)
    {
        var status = root["status"];
        var was = old.Map("status") ?? [];
        foreach (var count in (ReadOnlySpan<string>)["active", "succeeded", "failed", "ready", "terminating"])
        {
            status[count].NonNegative();
        }

        Uncounted(status["uncountedTerminatedPods"]);
        Finished(root, status, was);
        IndexFields(root["spec"], status, was);
        Conditions(root["spec"], status);
        Changes(root["spec"], status, was);
    }

    private static void Uncounted(Field pods)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var uid in pods["succeeded"].Items.Concat(pods["failed"].Items))
        {
            if (uid.Text.Length == 0)
            {
                uid.Invalid("must not be empty");
            }
            else if (!seen.Add(uid.Text))
            {
                uid.Duplicate();
            }
        }
    }

    private static void Finished(Field root, Field status, JsonMap was)
    {
        var (complete, failed) = (Is(status, "Complete"), Is(status, "Failed"));
        var conditions = status["conditions"];
        var (wasComplete, wasFailed) = (Is(was, "Complete"), Is(was, "Failed"));
        var completeChanged = complete != wasComplete;
        var targetChanged = Is(status, "FailureTarget") != Is(was, "FailureTarget");
        var newlyFinished = (complete || failed) && !(wasComplete || wasFailed);
        if (completeChanged || failed != wasFailed)
        {
            Refuse(conditions, complete && failed, "cannot set Complete=True and Failed=true conditions");
        }

        if (completeChanged || targetChanged)
        {
            Refuse(conditions, complete && Is(status, "FailureTarget"), "cannot set Complete=True and FailureTarget=true conditions");
        }

        var (start, end) = (status["startTime"], status["completionTime"]);
        var endChanged = !JsonTree.Equals(end.Value, was["completionTime"]);
        if (completeChanged || endChanged)
        {
            if (end.Has && !complete)
            {
                end.Invalid("cannot set completionTime when there is no Complete=True condition");
            }
            else if (!end.Has && complete)
            {
                end.Required("completionTime is required for Complete jobs");
            }
        }

        if ((endChanged || !JsonTree.Equals(start.Value, was["startTime"])) && start.Has && end.Has && string.CompareOrdinal(end.Text, start.Text) < 0)
        {
            end.Invalid("completionTime cannot be set before startTime");
        }

        if (failed != wasFailed || targetChanged)
        {
            Refuse(conditions, failed && !Is(status, "FailureTarget"), "cannot set Failed=True condition without the FailureTarget=true condition");
        }

        if (completeChanged || Is(status, "SuccessCriteriaMet") != Is(was, "SuccessCriteriaMet"))
        {
            Refuse(conditions, complete && !Is(status, "SuccessCriteriaMet"), "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        }

        var finished = complete || failed;
        if (finished && (newlyFinished || !JsonTree.Equals(status["active"].Value, was["active"])) && status["active"].Integer > 0)
        {
            status["active"].Invalid("active>0 is invalid for finished job");
        }

        if (finished && (newlyFinished || !JsonTree.Equals(start.Value, was["startTime"])) && !start.Has)
        {
            start.Required("startTime is required for finished job");
        }

        var uncounted = status["uncountedTerminatedPods"];
        if (finished && (newlyFinished || !JsonTree.Equals(uncounted.Value, was["uncountedTerminatedPods"]))
            && uncounted["succeeded"].Count + uncounted["failed"].Count > 0)
        {
            uncounted.Invalid("needs to be empty for finished job");
        }

        if (finished && (newlyFinished || !JsonTree.Equals(status["terminating"].Value, was["terminating"])) && status["terminating"].Integer > 0)
        {
            status["terminating"].Invalid("terminating>0 is invalid for finished job");
        }

        if (status["ready"].Integer > status["active"].Integer
            && (!JsonTree.Equals(status["ready"].Value, was["ready"]) || !JsonTree.Equals(status["active"].Value, was["active"])))
        {
            status["ready"].Invalid("cannot set more ready pods than active");
        }
    }

    private static void IndexFields(Field spec, Field status, JsonMap was)
    {
        var (completed, failed) = (status["completedIndexes"], status["failedIndexes"]);
        var completions = spec["completions"];
        var (completedChanged, failedChanged) = (!JsonTree.Equals(completed.Value, was["completedIndexes"]), !JsonTree.Equals(failed.Value, was["failedIndexes"]));
        var isIndexed = spec["completionMode"].Text == "Indexed";
        if (completedChanged && completions.Has)
        {
            completed.Indexes(completions.Integer);
        }

        if (failedChanged && completions.Has && spec["backoffLimitPerIndex"].Has && failed.Has)
        {
            failed.Indexes(completions.Integer);
        }

        if (completedChanged && completed.Text.Length > 0 && !isIndexed)
        {
            completed.Invalid("cannot set non-empty completedIndexes when non-indexed completion mode");
        }

        if (failedChanged && failed.Has && !spec["backoffLimitPerIndex"].Has)
        {
            failed.Invalid("cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }

        if ((completedChanged || failedChanged) && completions.Has && failed.Has
            && JobIndexes.Overlap(
                JobIndexes.Read(completed.Text, completions.Integer, out _), JobIndexes.Read(failed.Text, completions.Integer, out _)) is { } both)
        {
            failed.Invalid($"failedIndexes and completedIndexes overlap at index: {both}");
        }
    }

    private static void Conditions(Field spec, Field status)
    {
        var met = Is(status, "SuccessCriteriaMet");
        var conditions = status["conditions"];
        Refuse(conditions, met && Is(status, "Failed"), "cannot set SuccessCriteriaMet=True and Failed=true conditions");
        Refuse(conditions, met && Is(status, "FailureTarget"), "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        Refuse(
            conditions,
            spec["successPolicy"].Has && !met && Is(status, "Complete"),
            "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
    }

    private static void Changes(Field spec, Field status, JsonMap was)
    {
        var conditions = status["conditions"];
        foreach (var type in Terminal)
        {
            Refuse(conditions, Is(was, type) && !Is(status, type), $"cannot disable the terminal {type}=True condition");
        }

        // What is scaled down may have succeeded where nothing is asked for any more.
        var elastic = spec["completionMode"].Text == "Indexed" && JsonTree.Equals(spec["completions"].Value, spec["parallelism"].Value);
        foreach (var count in (ReadOnlySpan<string>)["failed", "succeeded"])
        {
            if (!(elastic && count == "succeeded") && status[count].Integer < (was.Integer(count) ?? 0))
            {
                status[count].Invalid($"cannot decrease the {count} counter");
            }
        }

        if (status["completionTime"].Has && was["completionTime"] is { } ended && !JsonTree.Equals(status["completionTime"].Value, ended))
        {
            status["completionTime"].Invalid("completionTime cannot be mutated");
        }

        // A job that is resumed begins anew.
        var resumed = Is(was, "Suspended") && !Is(status, "Suspended");
        if (was["startTime"] is { } started && !JsonTree.Equals(status["startTime"].Value, started) && !spec["suspend"].Flag && !resumed)
        {
            status["startTime"].Required("startTime cannot be removed for unsuspended job");
        }

        var (met, wasMet) = (Is(status, "SuccessCriteriaMet"), Is(was, "SuccessCriteriaMet"));
        Refuse(conditions, wasMet && !met, "cannot disable the SuccessCriteriaMet=True condition");
        Refuse(conditions, Is(was, "Complete") && !wasMet && met, "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
    }

    private static void Refuse(Field conditions, bool wrong, string detail)
    {
        if (wrong)
        {
            (conditions with { Value = null }).Invalid(detail);
        }
    }

    private static bool Is(Field status, string condition) => Is(status.Map, condition);

    private static bool Is(JsonMap status, string condition) =>
        status.Maps("conditions").Any(c => c.Text("type") == condition && c.Text("status") == "True");
}
