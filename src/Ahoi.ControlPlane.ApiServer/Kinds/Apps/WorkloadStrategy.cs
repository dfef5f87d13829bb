using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Pods;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Apps;

/// <summary>What controllers of pods share: a status, a generation, a selector that is fixed and a template that it selects.</summary>
internal abstract class WorkloadStrategy : KindStrategy
{
    protected WorkloadStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        PodDefaults.SetForTemplate(spec.EnsureMap("template"));
        SetSpecDefaults(spec);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value) =>
        value.At("spec", "template") is JsonMap template
            ? PodWarnings.Of(template.Map("metadata") ?? [], template.Map("spec") ?? [], "spec.template")
            : [];

    /// <summary>Completes what the template leaves.</summary>
    /// <param name="spec">The spec; changed in place.</param>
    protected abstract void SetSpecDefaults(JsonMap spec);

    /// <summary>Refuses a missing, malformed or empty selector.</summary>
    protected static void RequireSelector(Field selector)
    {
        if (!selector.Has)
        {
            selector.Required();
            return;
        }

        selector.LabelSelector();
        if (Selectors.IsEmptySelector(selector.Map))
        {
            selector.Invalid("empty selector is invalid");
        }
    }

    /// <summary>Refuses a template that the selector does not select, or whose pods could end.</summary>
    protected static void SelectedTemplate(Field spec)
    {
        var (selector, template) = (spec["selector"], spec["template"]);
        if (selector.Has && !selector.IsSelector())
        {
            selector.Invalid("invalid label selector");
            return;
        }

        MustSelect(selector, template, emptySelects: true);
        template.PodTemplate(spec["volumeClaimTemplates"].Items.Select(c => c["metadata"]["name"].Text));
        NeverEnding(template);
    }

    /// <summary>Refuses a template that the selector does not select; no selector selects nothing.</summary>
    protected static void MustSelect(Field selector, Field template, bool emptySelects)
    {
        if (selector.Has && emptySelects && Selectors.IsEmptySelector(selector.Map))
        {
            return;
        }

        var labels = template["metadata"]["labels"];
        if (!selector.Has || !Selectors.Selects(selector.Map, labels.Map))
        {
            labels.Errors.Invalid(labels.Path, labels.Map, "`selector` does not match template `labels`");
        }
    }

    /// <summary>Refuses a template whose pods could end.</summary>
    protected static void NeverEnding(Field template)
    {
        template["spec"]["restartPolicy"].OneOf("Always");
        if (template["spec"]["activeDeadlineSeconds"].Has)
        {
            template["spec"]["activeDeadlineSeconds"].Forbidden("activeDeadlineSeconds in a controller's pods is not supported");
        }
    }
}
