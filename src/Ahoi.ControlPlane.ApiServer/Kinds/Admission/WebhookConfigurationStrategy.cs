using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Admission;

/// <summary>Configurations of mutating and validating webhooks.</summary>
internal sealed class WebhookConfigurationStrategy : KindStrategy
{
    private readonly bool _mutating;

    public WebhookConfigurationStrategy(bool mutating)
    {
        _mutating = mutating;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        foreach (var webhook in value.Maps("webhooks"))
        {
            webhook.Default("failurePolicy", "Fail");
            webhook.Default("matchPolicy", "Equivalent");
            webhook.EnsureMap("namespaceSelector");
            webhook.EnsureMap("objectSelector");
            webhook.Default("timeoutSeconds", 10);
            if (_mutating)
            {
                webhook.Default("reinvocationPolicy", "Never");
            }

            webhook.Map("clientConfig")?.Map("service")?.Default("port", 443);
            foreach (var rule in webhook.Maps("rules"))
            {
                rule.Default("scope", "*");
            }
        }
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var webhook in Field.Root(value, errors)["webhooks"].Items)
        {
            Webhook(webhook);
            if (!names.Add(webhook["name"].Text))
            {
                webhook["name"].Duplicate();
            }
        }
    }

    private void Webhook(Field webhook)
    {
        webhook["admissionReviewVersions"].MustExist("must specify one of v1, v1beta1");
        var versions = webhook["admissionReviewVersions"].Items.Select(v => v.Text).ToArray();
        if (versions.Length > 0 && !versions.Any(v => v is "v1" or "v1beta1"))
        {
            webhook["admissionReviewVersions"].Invalid("must include at least one of v1, v1beta1");
        }

        Name(webhook["name"]);
        foreach (var rule in webhook["rules"].Items)
        {
            AdmissionRules.Rule(rule);
        }

        webhook["failurePolicy"].OneOf("Fail", "Ignore");
        webhook["matchPolicy"].OneOf("Equivalent", "Exact");
        var effects = webhook["sideEffects"];
        if (!effects.Has)
        {
            effects.Required("must specify one of None, NoneOnDryRun");
        }
        else
        {
            effects.OneOf("None", "NoneOnDryRun");
        }

        webhook["timeoutSeconds"].Between(1, 30);
        webhook["namespaceSelector"].LabelSelector();
        webhook["objectSelector"].LabelSelector();
        AdmissionRules.ClientConfig(webhook["clientConfig"]);
        if (_mutating)
        {
            webhook["reinvocationPolicy"].OneOf("IfNeeded", "Never");
        }

        AdmissionRules.MatchConditions(webhook["matchConditions"], PolicyExpressions.OfWebhooks);
    }

    private static void Name(Field name)
    {
        if (!name.MustExist())
        {
            return;
        }

        if (name.Must(Names.Subdomain) && name.Text.Split('.').Length < 3)
        {
            name.Invalid("should be a domain with at least three segments separated by dots");
        }
    }
}
