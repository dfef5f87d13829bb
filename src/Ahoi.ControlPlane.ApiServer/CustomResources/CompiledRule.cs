using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>One entry of x-kubernetes-validations, compiled.</summary>
/// <param name="Source">The entry as it was written.</param>
internal sealed record CompiledRule(JsonMap Source)
{
    /// <summary>Gets why the rule does not compile, or <see langword="null"/>.</summary>
    public string? Error { get; init; }

    /// <summary>Gets why the messageExpression does not compile, or <see langword="null"/>.</summary>
    public string? MessageError { get; init; }

    /// <summary>Gets what one evaluation costs at most, by estimate.</summary>
    public ulong MaxCost { get; init; }

    /// <summary>Gets how many values of the rule's schema fit into a request.</summary>
    public ulong MaxCardinality { get; init; }

    /// <summary>Gets whether there is a messageExpression that compiles.</summary>
    public bool HasMessage => Message is not null;

    /// <summary>Gets what one evaluation of the messageExpression costs at most, by estimate.</summary>
    public ulong MessageMaxCost { get; init; }

    /// <summary>Gets whether the rule mentions oldSelf.</summary>
    public bool UsesOldSelf { get; init; }

    /// <summary>Gets whether oldSelf is an optional.</summary>
    public bool HasOptionalOldSelf => Source.Flag("optionalOldSelf") == true;

    /// <summary>Gets where the rule's fault is reported, below its schema; empty for the schema itself.</summary>
    public string FieldPath { get; init; } = "";

    /// <summary>Gets the compiled rule; <see langword="null"/> where it does not compile or is empty.</summary>
    public IRuleProgram? Program { get; init; }

    /// <summary>Gets the compiled messageExpression, or <see langword="null"/>.</summary>
    public IRuleProgram? Message { get; init; }
}
