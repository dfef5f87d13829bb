using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.CustomResources;

namespace Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

/// <summary>Definitions that a real API server was given, judged without a server: the same causes must come out.</summary>
public sealed class RecordedDefinitionTests
{
    [Theory]
    [InlineData("crd-invalid-defaults")]
    [InlineData("crd-invalid-deprecation")]
    [InlineData("crd-invalid-extensions")]
    [InlineData("crd-invalid-scope")]
    [InlineData("crd-invalid-selectable-fields")]
    [InlineData("crd-invalid-subresources")]
    [InlineData("crd-invalid-versions")]
    [InlineData("crd-missing-schema")]
    [InlineData("crd-schema-metadata")]
    [InlineData("crd-cel-compile-errors")]
    [InlineData("crd-cel-cost-limit")]
    [InlineData("crd-cel-invalid-rules")]
    [InlineData("crd-cel-metadata")]
    [InlineData("crd-cel-transition-correlation")]
    [InlineData("crd-names-defaults")]
    public void Validate_RecordedDefinition_CausesAsRecorded(string name)
    {
        var scenario = JsonTree.ParseMap(File.ReadAllBytes(Path.Combine(RecordedCases.Folder, "crd", name + ".json")));
        var steps = (scenario.List("setup")?.Maps ?? []).Concat(scenario.List("steps")!.Maps).ToList();
        var answers = scenario.List("expect")!.Maps.ToList();
        var differences = new List<string>();
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Map("request") is not { } request || request.Text("method") != "POST" || request.Map("body") is not { } body || body.Text("kind") != "CustomResourceDefinition")
            {
                continue;
            }

            var definition = JsonTree.ParseMap(body.ToString().Replace("{id}", "x", StringComparison.Ordinal));
            var strategy = new DefinitionStrategy();
            var errors = new FieldErrors();
            strategy.SetDefaults(definition);
            strategy.PrepareCreate(definition);
            strategy.ValidateCreate(definition, errors);
            var wanted = answers[i].Map("body")?.Map("details")?.List("causes")?.Maps.Select(c => $"{c.Text("reason")} {c.Text("field")}") ?? [];
            var got = errors.Select(e => $"{e.Reason} {e.Field}");
            if (!wanted.SequenceEqual(got))
            {
                differences.Add($"step {i}: wanted [{string.Join(", ", wanted)}], got [{string.Join(", ", got)}] for {body.Map("spec")}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
