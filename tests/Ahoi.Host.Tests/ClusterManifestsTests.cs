using System.Diagnostics;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;
using Ahoi.Operators;
using Ahoi.Operators.Manifests;

namespace Ahoi.Host.Tests;

public sealed partial class ClusterManifestsTests
{
    [Fact]
    public async Task Plain_EveryDocument_IsTakenStrictlyAsItWasMeant()
    {
        await using var cluster = await ManifestCluster.StartAsync();

        var applied = await cluster.ApplyAsync(ClusterManifests.Plain(new() { Image = "registry.example.com:5000/ahoi@sha256:" + new string('a', 64), Namespace = "ops", Replicas = 3 }));

        var deployment = applied.Single(o => o.Kind == "Deployment").ToMap();
        Assert.Equal(3L, deployment.At("spec", "replicas"));
        Assert.Equal("ops", deployment.At("metadata", "namespace"));
        var container = (JsonMap)((JsonList)deployment.At("spec", "template", "spec", "containers")!)[0]!;
        Assert.StartsWith("registry.example.com:5000/ahoi@sha256:", container.Text("image"), StringComparison.Ordinal);
        Assert.Contains("--lease=ops/ahoi", container.List("args")!.Texts);
        Assert.Equal(OperatorSet.Known.Count, applied.Count(o => o.Kind == "ClusterRole"));
        Assert.All(applied.Where(o => o.Kind is "ClusterRole" or "Role"), r => Assert.DoesNotContain("\"*\"", r.ToMap()["rules"]!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Plain_TextsThatLookLikeSomethingElse_AreInQuotes()
    {
        var yaml = YamlText.Of(JsonTree.ParseMap("""
            {"a":"yes","b":"1.10","c":"null","d":"","e":"x: y","f":"# no","g":"two\nlines","h":"-","i":"0x1","j":" lead","k":"trail ","l":"plain text","m":true,"n":1,"o":[],"p":{},"q":[[1,"2"],{"r":[{"s":null}]}],"~":"~","on":"1e3"}
            """));

        Assert.Equal(
            """
            a: "yes"
            b: "1.10"
            c: "null"
            d: ""
            e: "x: y"
            f: "# no"
            g: "two\nlines"
            h: "-"
            i: "0x1"
            j: " lead"
            k: "trail "
            l: plain text
            m: true
            "n": 1
            o: []
            p: {}
            q:
            -
              - 1
              - "2"
            - r:
              - s: null
            "~": "~"
            "on": "1e3"

            """,
            yaml);
    }

    [Fact]
    public async Task Kustomize_IsBuiltByKubectl()
    {
        var folder = Directory.CreateTempSubdirectory("ahoi-kustomize-").FullName;
        try
        {
            var files = ClusterManifests.Kustomize(new());
            foreach (var file in files)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, file.Path), file.Content);
            }

            var built = await KustomizeAsync(folder);

            var wanted = files.Where(f => f.Path != "kustomization.yaml").SelectMany(f => f.Content.Split("\n---\n")).Select(KindAndName).Order(StringComparer.Ordinal);
            Assert.Equal(wanted, built.Split("\n---\n").Select(KindAndName).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("ahoi", "ahoi-system", 2)]
    [InlineData("on", "team-a", 1)]
    public async Task Helm_Rendered_IsTakenStrictlyAndTheValuesAreInIt(string release, string @namespace, int replicas)
    {
        await using var cluster = await ManifestCluster.StartAsync();
        await cluster.Client.CreateAsync(new("", "v1", "namespaces"), null, new JsonMap { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonMap { ["name"] = @namespace } });
        var chart = ClusterManifests.Helm(new());
        await cluster.ApplyAsync(chart.Where(f => f.Path.StartsWith("crds/", StringComparison.Ordinal)));

        var rendered = chart.Where(f => f.Path.StartsWith("templates/", StringComparison.Ordinal) && f.Path.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(f => f with { Content = Render(f.Content, release, @namespace, replicas) }).ToList();
        var applied = await cluster.ApplyAsync(rendered);

        var deployment = applied.Single(o => o.Kind == "Deployment").ToMap();
        Assert.Equal(release, deployment.At("metadata", "name"));
        Assert.Equal((long)replicas, deployment.At("spec", "replicas"));
        var container = (JsonMap)((JsonList)deployment.At("spec", "template", "spec", "containers")!)[0]!;
        Assert.Equal("example.com/ahoi:9", container.Text("image"));
        Assert.Contains($"--lease={@namespace}/{release}", container.List("args")!.Texts);
        Assert.Contains("--operators=tenancy", container.List("args")!.Texts);
        Assert.Equal("64Mi", container.At("resources", "requests", "memory"));
    }

    [Fact]
    public void Helm_Chart_HasWhatAChartHas()
    {
        var chart = ClusterManifests.Helm(new()).ToDictionary(f => f.Path, f => f.Content, StringComparer.Ordinal);

        Assert.Contains("apiVersion: v2", chart["Chart.yaml"], StringComparison.Ordinal);
        Assert.Contains("repository: ghcr.io/ahoi-operators/ahoi-host\n", chart["values.yaml"], StringComparison.Ordinal);
        Assert.Contains("replicas: 2\n", chart["values.yaml"], StringComparison.Ordinal);
        Assert.Equal("object", JsonTree.ParseMap(chart["values.schema.json"]).Text("type"));
        Assert.All(OperatorSet.Known, name => Assert.Contains($"templates/{name}.yaml", chart.Keys));
        // Every value that a template asks for is there.
        var asked = chart.Where(f => f.Key.StartsWith("templates/", StringComparison.Ordinal)).SelectMany(f => Value().Matches(f.Value)).Select(m => m.Groups[1].Value).Distinct();
        Assert.All(asked, value => Assert.Contains($"{value}:", chart["values.yaml"], StringComparison.Ordinal));
    }

    [Fact]
    public void Needs_KindsThatAnotherControllerDefines_AreCalledAsItsDefinitionSays()
    {
        var access = ClusterManifests.Plain(new()).Single(f => f.Path == "4-access.yaml").Content;

        Assert.Contains("- webhooks\n", access, StringComparison.Ordinal);
        Assert.DoesNotContain("webhookses", access, StringComparison.Ordinal);
    }

    /// <summary>The few expressions that the chart is made of, as Helm evaluates them; any other is a failure.</summary>
    private static string Render(string template, string release, string @namespace, int replicas)
    {
        var text = template
            .Replace("{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}", "example.com/ahoi:9", StringComparison.Ordinal)
            .Replace("{{ .Values.image.pullPolicy }}", "Always", StringComparison.Ordinal)
            .Replace("{{ .Release.Name }}", release, StringComparison.Ordinal)
            .Replace("{{ .Release.Namespace }}", @namespace, StringComparison.Ordinal)
            .Replace("{{ .Values.replicas }}", $"{replicas}", StringComparison.Ordinal)
            .Replace("{{ join \",\" .Values.operators }}", "tenancy", StringComparison.Ordinal)
            .Replace("{{- end }}\n", "", StringComparison.Ordinal)
            .Replace("{{ \"{{\" }}", "{{", StringComparison.Ordinal);
        text = Condition().Replace(text, "");
        text = Resources().Replace(text, m => $"\n{new string(' ', int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))}requests: {{memory: 64Mi}}");
        Assert.DoesNotContain("{{-", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{ .", text, StringComparison.Ordinal);
        return text;
    }

    private static async Task<string> KustomizeAsync(string folder)
    {
        using var process = new Process { StartInfo = new("kubectl", ["kustomize", folder]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("kubectl is not installed.");
        }

        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }

    private static string KindAndName(string document) => $"{KindLine().Match(document).Groups[1].Value} {NameLine().Match(document).Groups[1].Value}";

    [GeneratedRegex(@"^kind: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex KindLine();

    [GeneratedRegex(@"^  name: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex NameLine();

    [GeneratedRegex(@"\{\{- if has ""[a-z]+"" \.Values\.operators \}\}\n")]
    private static partial Regex Condition();

    [GeneratedRegex(@"\n\{\{- toYaml \.Values\.resources \| nindent (\d+) \}\}")]
    private static partial Regex Resources();

    [GeneratedRegex(@"\.Values\.(?:image\.)?([a-zA-Z]+)")]
    private static partial Regex Value();
}
