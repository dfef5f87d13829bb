using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Controllers.Objects;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>Makes the pods of a job.</summary>
internal static class JobPodTemplate
{
    /// <summary>Makes a pod.</summary>
    /// <param name="owner">The job.</param>
    /// <param name="state">What is known of it.</param>
    /// <param name="index">The pod's index, or <see langword="null"/> where the job has none.</param>
    public static JsonMap Make(RawObject owner, JobState state, int? index)
    {
        var pod = Owned.Pod(owner, state.Spec.Map("template") ?? []);
        var metadata = pod.EnsureMap("metadata");
        var finalizers = metadata.EnsureList("finalizers");
        if (!finalizers.Contains(JobNames.TrackingFinalizer))
        {
            finalizers.Add(JobNames.TrackingFinalizer);
        }

        if (index is not { } number)
        {
            return pod;
        }

        var text = number.ToString(CultureInfo.InvariantCulture);
        metadata["generateName"] = GenerateName(owner.Name, text);
        metadata.EnsureMap("labels")[JobNames.Index] = text;
        var annotations = metadata.EnsureMap("annotations");
        annotations[JobNames.Index] = text;
        if (state.Failed is not null)
        {
            Count(annotations, state, state.Kept.GetValueOrDefault(number)?.Pod);
        }

        var spec = pod.EnsureMap("spec");
        spec["hostname"] = $"{owner.Name}-{text}";
        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach (var container in spec.List(list)?.Maps ?? [])
            {
                AddIndex(container);
            }
        }

        return pod;
    }

    // What is generated gets five characters more and must stay a name.
    private static string GenerateName(string job, string index)
    {
        var most = 253 - 5 - index.Length - 2;
        return $"{(job.Length > most ? job[..most] : job)}-{index}-";
    }

    private static void Count(JsonMap annotations, JobState state, JsonMap? replaced)
    {
        var (failures, ignored) = (0, 0);
        if (replaced is not null)
        {
            failures = JobBackoff.Number(replaced, JobNames.IndexFailures);
            ignored = JobBackoff.Number(replaced, JobNames.IndexIgnoredFailures);
            _ = PodFailurePolicy.Judge(state.Job, replaced).Counts ? failures++ : ignored++;
        }

        annotations[JobNames.IndexFailures] = failures.ToString(CultureInfo.InvariantCulture);
        if (ignored > 0)
        {
            annotations[JobNames.IndexIgnoredFailures] = ignored.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static void AddIndex(JsonMap container)
    {
        var variables = container.EnsureList("env");
        if (variables.Maps.Any(v => v.Text("name") == JobNames.IndexVariable))
        {
            return;
        }

        variables.Add(new JsonMap
        {
            ["name"] = JobNames.IndexVariable,
            ["valueFrom"] = new JsonMap { ["fieldRef"] = new JsonMap { ["fieldPath"] = $"metadata.labels['{JobNames.Index}']" } },
        });
    }
}
