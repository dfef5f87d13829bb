using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>
/// Which object a child without an owner reference comes from: such children carry it as an annotation, so that they are
/// found after a restart, set right when they drift, and shown in ownership trees. They are never deleted on its account.
/// </summary>
/// <param name="Group">The group of the describing object's kind.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its key.</param>
/// <param name="Uid">Its uid.</param>
public sealed record DescribedBy(string Group, string Kind, ObjectKey Key, string Uid)
{
    /// <summary>The name of the annotation.</summary>
    public const string Annotation = "ahoi.dev/described-by";

    /// <summary>Reads the annotation of an object.</summary>
    /// <param name="child">The object.</param>
    /// <returns>What it comes from, or <see langword="null"/> where it says nothing.</returns>
    public static DescribedBy? Of(RawObject child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return child.Annotations.TryGetValue(Annotation, out var text) && text.Split('/') is [var group, var kind, var @namespace, var name, var uid]
            ? new(group, kind, new(@namespace.Length == 0 ? null : @namespace, name), uid)
            : null;
    }

    internal static DescribedBy From(RawObject owner) => new(owner.Type.Group, owner.Kind, owner.Key, owner.Uid);

    /// <summary>Writes it as the annotation has it.</summary>
    /// <returns>The annotation's value.</returns>
    public override string ToString() => $"{Group}/{Kind}/{Key.Namespace}/{Key.Name}/{Uid}";
}
