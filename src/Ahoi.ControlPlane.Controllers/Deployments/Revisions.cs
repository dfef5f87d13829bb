using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Deployments;

/// <summary>What a deployment notes on its replica sets, for rollbacks and for scaling in proportion.</summary>
internal static class Revisions
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string History = "deployment.kubernetes.io/revision-history";
    public const string Desired = "deployment.kubernetes.io/desired-replicas";
    public const string Most = "deployment.kubernetes.io/max-replicas";
    public const string HashLabel = "pod-template-hash";

    private static readonly string[] NotCopied =
        ["kubectl.kubernetes.io/last-applied-configuration", Revision, History, Desired, Most, "deprecated.deployment.rollback.to"];

    public static long Of(RawObject value) =>
        long.TryParse(value.Annotations.GetValueOrDefault(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Gets the annotations a replica set gets from its deployment.</summary>
    public static IEnumerable<KeyValuePair<string, string>> CopiedFrom(RawObject deployment) => deployment.Annotations.Where(a => !NotCopied.Contains(a.Key));

    /// <summary>Gets whether two templates are the same but for the hash.</summary>
    public static bool SameTemplate(JsonMap one, JsonMap other)
    {
        return JsonTree.Equals(WithoutHash(one), WithoutHash(other));

        static JsonMap WithoutHash(JsonMap template)
        {
            var copy = template.DeepClone();
            if (copy.Map("metadata")?.Map("labels") is { } labels)
            {
                labels.Remove(HashLabel);
            }

            return copy;
        }
    }

    public static string Write(long number) => number.ToString(CultureInfo.InvariantCulture);
}
