using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>What is known at one place of a schema while a definition is validated.</summary>
internal sealed record DefinitionContext
{
    /// <summary>Gets why defaults are forbidden here, or <see langword="null"/> where they are allowed.</summary>
    public string? ForbidsDefaults { get; init; }

    /// <summary>Gets whether this is within apiVersion, kind or metadata of an object.</summary>
    public bool InsideMeta { get; init; }

    /// <summary>Gets the place above whose old and new values cannot be matched up, or <see langword="null"/>.</summary>
    public FieldPath? Uncorrelatable { get; init; }

    /// <summary>Gets what rules may cost; <see langword="null"/> where rules are not compiled.</summary>
    public RuleCosts? Costs { get; init; }

    /// <summary>Gets how many values there may be of this schema at most; <see langword="null"/> for no limit.</summary>
    public ulong? Cardinality { get; init; } = 1;

    /// <summary>Gets whether this is a whole object: the root or an embedded resource.</summary>
    public bool IsResource { get; init; }

    /// <summary>Gets the context of a child.</summary>
    /// <param name="schema">The schema of this place.</param>
    /// <param name="child">The child's schema.</param>
    /// <returns>The context.</returns>
    public DefinitionContext Descend(JsonMap schema, JsonMap child) => this with
    {
        IsResource = child.Flag("x-kubernetes-embedded-resource") == true,
        Cardinality = Cardinality is { } count && Factor(schema) is { } factor ? RuleCosts.Multiply(count, factor) : null,
    };

    /// <summary>Gets the context of what stands below and cannot be matched up with its old value.</summary>
    /// <param name="path">The place it is below of.</param>
    /// <returns>The context.</returns>
    public DefinitionContext WithoutCorrelation(FieldPath path) => Uncorrelatable is null ? this with { Uncorrelatable = path } : this;

    private static ulong? Factor(JsonMap schema) => schema.Text("type") switch
    {
        "object" when schema["additionalProperties"] is not null => schema.Integer("maxProperties") is { } max ? (ulong)Math.Max(0, max) : null,
        "array" => schema.Integer("maxItems") is { } max ? (ulong)Math.Max(0, max) : null,
        _ => 1,
    };
}
