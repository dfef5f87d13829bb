using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Batch;

/// <summary>Cron jobs.</summary>
internal sealed class CronJobStrategy : KindStrategy
{
    // A job's name is the cron job's and 11 characters more.
    private const int LongestName = 52;

    public CronJobStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", 3);
        spec.Default("failedJobsHistoryLimit", 1);
        var job = spec.EnsureMap("jobTemplate").EnsureMap("spec");
        PodDefaults.SetForTemplate(job.EnsureMap("template"));
        JobRules.SetPolicyDefaults(job);
    }

    /// <inheritdoc/>
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        base.ValidateCreate(value, errors);
        var name = Field.Root(value, errors)["metadata"]["name"];
        if (name.Text.Length > LongestName)
        {
            name.Invalid($"must be no more than {LongestName} characters");
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value) =>
        value.At("spec", "jobTemplate", "spec", "template") is JsonMap template
            ? PodWarnings.Of(template.Map("metadata") ?? [], template.Map("spec") ?? [], "spec.jobTemplate.spec.template")
            : [];

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        var schedule = spec["schedule"];
        if (schedule.MustExist())
        {
            if (!CronSchedule.IsValid(schedule.Text))
            {
                schedule.Invalid("must be five cron fields or a descriptor such as @daily");
            }

            if (schedule.Text.Contains("TZ", StringComparison.Ordinal))
            {
                schedule.Invalid("cannot use TZ or CRON_TZ in schedule, use timeZone instead");
            }
        }

        spec["startingDeadlineSeconds"].NonNegative();
        TimeZone(spec["timeZone"]);
        spec["concurrencyPolicy"].RequiredOneOf("Allow", "Forbid", "Replace");
        spec["successfulJobsHistoryLimit"].NonNegative();
        spec["failedJobsHistoryLimit"].NonNegative();
        var job = spec["jobTemplate"]["spec"];
        job.JobSpec();
        if (job["selector"].Has)
        {
            job["selector"].Invalid("`selector` will be auto-generated");
        }

        if (job["manualSelector"].Flag)
        {
            job["manualSelector"].NotSupported("false");
        }
    }

    private static void TimeZone(Field zone)
    {
        if (!zone.Has)
        {
            return;
        }

        if (zone.Text.Length == 0)
        {
            zone.Invalid("must be nil or non-empty string");
        }
        else if (zone.Text.Split('/').Any(IsBadZonePart))
        {
            zone.Invalid($"unknown time zone {zone.Text}");
        }
        else if (zone.Text.Equals("local", StringComparison.OrdinalIgnoreCase))
        {
            zone.Invalid("must be an explicit time zone as defined in https://www.iana.org/time-zones");
        }
        else if (zone.Text != "UTC" && !TimeZoneInfo.TryFindSystemTimeZoneById(zone.Text, out _))
        {
            zone.Invalid("unknown time zone");
        }
    }

    // The rules for names of the time zone database (https://data.iana.org/time-zones/theory.html#naming), digits and '+' of old names included.
    private static bool IsBadZonePart(string part) =>
        part is "." or ".." || part.Length is 0 or > 14 || part[0] == '-' || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+');
}
