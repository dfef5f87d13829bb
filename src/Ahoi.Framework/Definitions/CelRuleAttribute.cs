namespace Ahoi.Framework.Definitions;

/// <summary>A validation rule in the Common Expression Language, at a type or a property; <c>self</c> is its value.</summary>
/// <param name="rule">The expression, which is true for valid values.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property, AllowMultiple = true, Inherited = false)]
public sealed class CelRuleAttribute(string rule) : Attribute
{
    /// <summary>Gets the expression.</summary>
    public string Rule { get; } = rule;

    /// <summary>Gets or sets what is said about invalid values.</summary>
    public string? Message { get; set; }

    /// <summary>Gets or sets an expression that makes the message.</summary>
    public string? MessageExpression { get; set; }

    /// <summary>Gets or sets the machine-readable reason, as in <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>Gets or sets the path of the field that is reported, as in <c>.spec.size</c>.</summary>
    public string? FieldPath { get; set; }

    /// <summary>Gets or sets whether a rule that mentions <c>oldSelf</c> is checked on creation too.</summary>
    public bool OptionalOldSelf { get; set; }
}
