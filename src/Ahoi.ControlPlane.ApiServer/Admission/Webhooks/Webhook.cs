using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;

namespace Ahoi.ControlPlane.ApiServer.Admission.Webhooks;

/// <summary>One webhook of a configuration, read once. Immutable.</summary>
internal sealed class Webhook
{
    private readonly IReadOnlyList<(string Name, CelProgram? Program, string? Fault)> _conditions;

    public Webhook(JsonMap source, string configuration, int place)
    {
        Name = source.Text("name") ?? "";
        Configuration = configuration;
        Key = $"{configuration}/{Name}/{place}";
        Client = source.Map("clientConfig") ?? [];
        IgnoresFailure = source.Text("failurePolicy") == "Ignore";
        HasSideEffects = source.Text("sideEffects") is not ("None" or "NoneOnDryRun");
        Timeout = TimeSpan.FromSeconds(source.Integer("timeoutSeconds") ?? 10);
        IsRepeated = source.Text("reinvocationPolicy") == "IfNeeded";
        ReviewVersion = source.List("admissionReviewVersions")?.Texts.FirstOrDefault(v => v is "v1" or "v1beta1") ?? "v1";
        Match = new(source, "rules");
        HasRules = source.List("rules") is { Count: > 0 };
        _conditions = [.. (source.List("matchConditions")?.Maps ?? []).Select(Compile)];
    }

    public string Name { get; }

    /// <summary>Gets what tells it from all others.</summary>
    public string Key { get; }

    /// <summary>Gets the name of the configuration it is part of.</summary>
    public string Configuration { get; }

    public JsonMap Client { get; }

    /// <summary>Gets whether a write goes on where the webhook cannot be reached.</summary>
    public bool IgnoresFailure { get; }

    /// <summary>Gets whether it must not be called in a dry run.</summary>
    public bool HasSideEffects { get; }

    public TimeSpan Timeout { get; }

    /// <summary>Gets whether it is called again when the object changes after it was called.</summary>
    public bool IsRepeated { get; }

    /// <summary>Gets the version of the AdmissionReview it understands.</summary>
    public string ReviewVersion { get; }

    public PolicyMatch Match { get; }

    /// <summary>Gets whether it is for anything at all.</summary>
    public bool HasRules { get; }

    /// <summary>Judges the match conditions.</summary>
    /// <param name="facts">What expressions see.</param>
    /// <returns>Whether the webhook is concerned, or why that cannot be told.</returns>
    public (bool Concerned, string? Fault) Judge(Func<string, object?> facts)
    {
        var budget = CelLimits.RuntimeBudget;
        string? fault = null;
        foreach (var (name, program, broken) in _conditions)
        {
            var result = program is null ? new CelResult(null, broken, 0) : program.Evaluate(facts, Math.Clamp(budget, 0, CelLimits.PerCall));
            budget -= result.Cost;
            if (result is { Error: null, Value: false })
            {
                return (false, null);
            }

            if (!result.IsTrue)
            {
                fault ??= $"the match condition {name} cannot be evaluated: {result.Error ?? "it is no truth value"}";
            }
        }

        return (fault is null, fault);
    }

    private static (string Name, CelProgram? Program, string? Fault) Compile(JsonMap condition)
    {
        var name = condition.Text("name") ?? "";
        try
        {
            return (name, PolicyExpressions.OfWebhooks.Compile(condition.Text("expression") ?? ""), null);
        }
        catch (CelException exception)
        {
            return (name, null, exception.Message);
        }
    }
}
