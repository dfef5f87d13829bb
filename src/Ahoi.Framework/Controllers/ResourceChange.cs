using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>A change of an object, as predicates see it.</summary>
/// <param name="Before">The object before; <see langword="null"/> where it is seen for the first time.</param>
/// <param name="After">The object after; <see langword="null"/> where it is gone.</param>
public readonly record struct ResourceChange(RawObject? Before, RawObject? After)
{
    /// <summary>Gets whether the wanted state changed: the generation, where the kind counts one.</summary>
    public bool GenerationChanged => Before is null || After is null || After.Generation == 0 || Before.Generation != After.Generation;
}
