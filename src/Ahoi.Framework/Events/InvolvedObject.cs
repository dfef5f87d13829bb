using Ahoi.Api.Objects;

namespace Ahoi.Framework.Events;

/// <summary>What an event is about.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Key">Its namespace and name.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="ResourceVersion">The version it was seen at, where that is known.</param>
/// <param name="FieldPath">The part of it, as in <c>spec.containers{app}</c>.</param>
public readonly record struct InvolvedObject(GroupVersionKind Type, ObjectKey Key, string Uid, string? ResourceVersion = null, string? FieldPath = null)
{
    /// <summary>Makes the reference to an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="fieldPath">The part of it.</param>
    /// <returns>The reference.</returns>
    public static InvolvedObject Of(RawObject value, string? fieldPath = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value.Type, value.Key, value.Uid, value.ResourceVersion, fieldPath);
    }
}
