using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.Operators.Manifests;

/// <summary>Writes what brings operators into a cluster: the definitions of their kinds and their policies, a namespace, an
/// account that may do what the operators say they need and nothing else, and the Deployment of <c>ahoi-host</c>.</summary>
public static class ClusterManifests
{
    /// <summary>Makes files for <c>kubectl apply</c>, named in the order in which they are applied.</summary>
    /// <param name="options">What runs, and how.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<ManifestFile> Plain(ManifestOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var objects = new ClusterObjects(options);
        var needs = options.Operators.Select(OperatorNeeds.Of).ToList();
        var files = new List<ManifestFile>
        {
            new("1-namespace.yaml", YamlText.Of(objects.Namespace())),
            new("2-definitions.yaml", YamlText.OfAll(needs.SelectMany(n => n.Definitions))),
        };
        if (needs.Any(n => n.Objects.Count > 0))
        {
            files.Add(new("3-policies.yaml", YamlText.OfAll(needs.SelectMany(n => n.Objects))));
        }

        files.Add(new("4-access.yaml", YamlText.OfAll([.. objects.Account(), .. needs.SelectMany(objects.Access)])));
        files.Add(new("5-deployment.yaml", YamlText.OfAll(objects.Workload())));
        return files;
    }

    /// <summary>Makes a base for Kustomize: the plain files, and the list of them.</summary>
    /// <param name="options">What runs, and how.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<ManifestFile> Kustomize(ManifestOptions options)
    {
        var files = Plain(options);
        var list = new JsonMap
        {
            ["apiVersion"] = "kustomize.config.k8s.io/v1beta1",
            ["kind"] = "Kustomization",
            ["resources"] = new JsonList(files.Select(f => (object?)f.Path)),
        };
        return [new("kustomization.yaml", YamlText.Of(list)), .. files];
    }

    /// <summary>Makes a Helm chart: its values are image, replicas, operators and resources; release and namespace are the user's. It holds
    /// all operators that there are, of which the values choose.</summary>
    /// <param name="options">What the values are where nobody says otherwise.</param>
    /// <returns>The chart's files.</returns>
    public static IReadOnlyList<ManifestFile> Helm(ManifestOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var objects = new ClusterObjects(options with { Name = HelmPlaceholders.Name, Namespace = HelmPlaceholders.Namespace, Image = HelmPlaceholders.Image });
        var files = new List<ManifestFile>
        {
            new("Chart.yaml", YamlText.Of(HelmChart.About())),
            new("values.yaml", HelmChart.Values(options)),
            new("values.schema.json", HelmChart.ValuesSchema().ToString() + "\n"),
            new("templates/NOTES.txt", HelmChart.Notes),
            new("templates/account.yaml", HelmPlaceholders.Fill(YamlText.OfAll(objects.Account()))),
            new("templates/deployment.yaml", HelmPlaceholders.Fill(YamlText.OfAll(objects.Workload()))),
        };
        foreach (var needs in OperatorSet.Known.Select(OperatorNeeds.Of))
        {
            // Definitions are not templates: Helm installs them first, and never removes them with what they define.
            files.AddRange(needs.Definitions.Select(d => new ManifestFile($"crds/{d.At("metadata", "name")}.yaml", YamlText.Of(d))));
            var template = new StringBuilder($"{{{{- if has \"{needs.Name}\" .Values.operators }}}}\n");
            template.Append(HelmPlaceholders.Fill(YamlText.OfAll([.. objects.Access(needs), .. needs.Objects])));
            files.Add(new($"templates/{needs.Name}.yaml", template.Append("{{- end }}\n").ToString()));
        }

        return files;
    }
}
