using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>A binding of a policy: for which requests, with which parameters, and what follows.</summary>
internal sealed class PolicyBinding
{
    /// <summary>Reads a binding.</summary>
    /// <param name="binding">The binding.</param>
    public PolicyBinding(JsonMap binding)
    {
        var spec = binding.Map("spec") ?? [];
        Name = binding.Map("metadata")?.Text("name") ?? "";
        PolicyName = spec.Text("policyName") ?? "";
        Parameters = spec.Map("paramRef");
        Match = new(spec.Map("matchResources") ?? []);
        var actions = spec.List("validationActions")?.Texts.ToArray() ?? [];
        Denies = actions.Contains("Deny", StringComparer.Ordinal);
        Warns = actions.Contains("Warn", StringComparer.Ordinal);
    }

    public string Name { get; }

    public string PolicyName { get; }

    public JsonMap? Parameters { get; }

    public PolicyMatch Match { get; }

    public bool Denies { get; }

    public bool Warns { get; }
}
