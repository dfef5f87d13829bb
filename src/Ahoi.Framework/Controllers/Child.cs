using Ahoi.Api.Json;

namespace Ahoi.Framework.Controllers;

/// <summary>One object that should be there, with how it is kept.</summary>
/// <param name="value">The object: an instance of a type the framework knows on the wire, or a <see cref="JsonMap"/>. Give only
/// the fields that are wanted; all others stay with whoever owns them.</param>
public sealed class Child(object value)
{
    /// <summary>Gets the object.</summary>
    public object Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>Gets when the child counts as ready, given its live JSON.</summary>
    /// <value>The default is <see cref="Readiness.Of"/>.</value>
    public Func<JsonMap, Readiness> Ready { get; init; } = KnownReadiness.Default;

    /// <summary>Gets whether the child gets an owner reference, so that it goes away with its owner and is deleted when it
    /// falls out of the description. One without is never deleted, whatever happens to the object that describes it; an
    /// annotation (<see cref="DescribedBy"/>) says where it comes from.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Owned { get; init; } = true;

    /// <summary>Gets what happens where an object of that name exists that is not ours.</summary>
    /// <value>The default is <see cref="AdoptionRule.Unowned"/>.</value>
    public AdoptionRule Adoption { get; init; } = AdoptionRule.Unowned;

    /// <summary>Gets whether the child is created once and not touched again, as generated secrets are.</summary>
    public bool CreateOnly { get; init; }
}
