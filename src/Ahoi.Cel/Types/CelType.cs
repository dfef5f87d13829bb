namespace Ahoi.Cel.Types;

/// <summary>
/// A type of the expression language. Immutable. <see cref="MaxSize"/> is a hint for cost estimates and no part of
/// the type's identity.
/// </summary>
public sealed class CelType : IEquatable<CelType>
{
    private CelType(CelTypeKind kind, string name, params CelType[] parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters;
    }

    private CelType(CelType other)
    {
        (Kind, Name, Parameters, ObjectType) = (other.Kind, other.Name, other.Parameters, other.ObjectType);
        (MaxSize, ListKeys, IsSet) = (other.MaxSize, other.ListKeys, other.IsSet);
    }

    /// <summary>Gets the type of any value.</summary>
    public static CelType Dyn { get; } = new(CelTypeKind.Dyn, "dyn");

    /// <summary>Gets the type of null.</summary>
    public static CelType Null { get; } = new(CelTypeKind.Null, "null_type");

    /// <summary>Gets the type of true and false.</summary>
    public static CelType Bool { get; } = new(CelTypeKind.Bool, "bool");

    /// <summary>Gets the signed integers.</summary>
    public static CelType Int { get; } = new(CelTypeKind.Int, "int");

    /// <summary>Gets the unsigned integers.</summary>
    public static CelType Uint { get; } = new(CelTypeKind.Uint, "uint");

    /// <summary>Gets the floating point numbers.</summary>
    public static CelType Double { get; } = new(CelTypeKind.Double, "double");

    /// <summary>Gets text.</summary>
    public static CelType String { get; } = new(CelTypeKind.String, "string");

    /// <summary>Gets bytes; in JSON they are base64.</summary>
    public static CelType Bytes { get; } = new(CelTypeKind.Bytes, "bytes");

    /// <summary>Gets moments; in JSON they are RFC 3339 text.</summary>
    public static CelType Timestamp { get; } = new(CelTypeKind.Timestamp, "google.protobuf.Timestamp");

    /// <summary>Gets spans of time; in JSON they are text such as <c>1h30m</c>.</summary>
    public static CelType Duration { get; } = new(CelTypeKind.Duration, "google.protobuf.Duration");

    /// <summary>Gets the type of the authorizer library's entry point.</summary>
    public static CelType Authorizer { get; } = new(CelTypeKind.Opaque, "kubernetes.authorization.Authorizer");

    /// <summary>Gets the type of a check about one resource; see <see cref="CelAuthorizerResource"/>.</summary>
    public static CelType AuthorizerResource { get; } = new(CelTypeKind.Opaque, "kubernetes.authorization.ResourceCheck");

    /// <summary>Gets the type of whole objects that expressions make; see <see cref="CelEnvironment.WithPatchTypes"/>.</summary>
    public static CelType ApplyConfiguration { get; } = Object(PatchTypes.Root);

    /// <summary>Gets the type of operations of a JSON patch that expressions make; see <see cref="CelEnvironment.WithPatchTypes"/>.</summary>
    public static CelType JsonPatch { get; } = Object(PatchTypes.Operation);

    /// <summary>Gets the kind.</summary>
    public CelTypeKind Kind { get; }

    /// <summary>Gets the name, without parameters.</summary>
    public string Name { get; }

    /// <summary>Gets the parameters: of a list its items' type, of a map those of keys and values.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>Gets the fields of an object type.</summary>
    public ICelObjectType? ObjectType { get; private init; }

    /// <summary>Gets how many characters, bytes, items or entries a value has at most, where known.</summary>
    public long? MaxSize { get; private init; }

    /// <summary>Gets the fields that tell the items of an associative list apart (x-kubernetes-list-map-keys).</summary>
    public IReadOnlyList<string> ListKeys { get; private init; } = [];

    /// <summary>Gets whether a list is a set, so that order does not matter (x-kubernetes-list-type: set).</summary>
    public bool IsSet { get; private init; }

    /// <summary>Makes the type of lists.</summary>
    /// <param name="item">The items' type.</param>
    /// <returns>The type.</returns>
    public static CelType List(CelType item) => new(CelTypeKind.List, "list", item);

    /// <summary>Makes the type of maps.</summary>
    /// <param name="key">The keys' type.</param>
    /// <param name="value">The values' type.</param>
    /// <returns>The type.</returns>
    public static CelType Map(CelType key, CelType value) => new(CelTypeKind.Map, "map", key, value);

    /// <summary>Makes the type of values that may be missing.</summary>
    /// <param name="value">The value's type.</param>
    /// <returns>The type.</returns>
    public static CelType Optional(CelType value) => new(CelTypeKind.Optional, "optional_type", value);

    /// <summary>Makes the type of objects with declared fields.</summary>
    /// <param name="fields">The fields.</param>
    /// <returns>The type.</returns>
    public static CelType Object(ICelObjectType fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new(CelTypeKind.Object, fields.Name) { ObjectType = fields };
    }

    /// <summary>Makes the same type with a limit on its values' size, for cost estimates.</summary>
    /// <param name="size">The largest size, or null where unknown.</param>
    /// <returns>The type.</returns>
    public CelType WithMaxSize(long? size) => new(this) { MaxSize = size };

    /// <summary>Makes the same list type with the identity of its items.</summary>
    /// <param name="keys">The key fields of an associative list.</param>
    /// <returns>The type.</returns>
    public CelType WithListKeys(IReadOnlyList<string> keys) => new(this) { ListKeys = keys };

    /// <summary>Makes the same list type for lists that are sets.</summary>
    /// <returns>The type.</returns>
    public CelType AsSet() => new(this) { IsSet = true };

    /// <inheritdoc/>
    public bool Equals(CelType? other) => ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && Name == other.Name && Parameters.SequenceEqual(other.Parameters));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CelType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Name);

    /// <inheritdoc/>
    public override string ToString() => Parameters.Count == 0 || (Kind == CelTypeKind.Type && Parameters[0].Kind == CelTypeKind.Dyn)
        ? Name
        : $"{Name}({string.Join(", ", Parameters)})";

    internal static CelType TypeOf(CelType type) => new(CelTypeKind.Type, "type", type);

    internal static CelType Opaque(string name) => new(CelTypeKind.Opaque, name);

    internal static CelType Parameter(string name) => new(CelTypeKind.Parameter, name);

    internal CelType WithParameters(CelType[] parameters) => new(Kind, Name, parameters)
    {
        ObjectType = ObjectType,
        MaxSize = MaxSize,
        ListKeys = ListKeys,
        IsSet = IsSet,
    };
}
