using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>Pod templates that stand alone.</summary>
internal sealed class PodTemplateStrategy : KindStrategy
{
    public PodTemplateStrategy() => CountsGeneration = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value) => PodDefaults.SetForTemplate(value.EnsureMap("template"));

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value) =>
        value.Map("template") is { } template ? PodWarnings.Of(template.Map("metadata") ?? [], template.Map("spec") ?? [], "template") : [];

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors) => Field.Root(value, errors)["template"].PodTemplate();
}
