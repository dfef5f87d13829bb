using Ahoi.Cel.Types;

namespace Ahoi.Cel.Costs;

/// <summary>
/// Where an expression leads within the declared types. One that does not start at a variable counts, once a step is taken
/// from it, as if it started at the root, as Kubernetes counts it.
/// </summary>
internal readonly record struct SizeTrail(bool Exists, CelType? Node)
{
    public Size? Size => Exists && Node is not null ? new Size(0, Node.MaxSize ?? 0) : null;

    public static SizeTrail From(CelType type) => new(true, type.Kind == CelTypeKind.Optional ? type.Parameters[0] : type);

    public SizeTrail Items(CelType? root) => Exists ? new(true, Node?.Kind == CelTypeKind.List ? Node.Parameters[0] : null) : new(true, root);

    public SizeTrail Keys(CelType? root) => Exists ? new(true, Node?.Kind == CelTypeKind.Map ? Node.Parameters[0] : null) : new(true, root);

    public SizeTrail Values(CelType? root) => Exists ? new(true, Node?.Kind switch
    {
        CelTypeKind.Map => Node.Parameters[1],
        CelTypeKind.List => Node.Parameters[0],
        _ => null,
    }) : new(true, root);

    public SizeTrail Field(string name, CelType? root) => Exists
        ? new(true, Node?.ObjectType is { } fields && (fields.EscapesNames ? EscapedNames.Unescape(name) : name) is { } field && fields.TryGetField(field, out var type) ? type : null)
        : new(true, root);
}
