namespace Ahoi.Cel.Types;

/// <summary>The kinds of types expressions know.</summary>
public enum CelTypeKind
{
    /// <summary>Any value; checked when the expression runs.</summary>
    Dyn,

    /// <summary>The type of null.</summary>
    Null,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A signed 64-bit integer.</summary>
    Int,

    /// <summary>An unsigned 64-bit integer.</summary>
    Uint,

    /// <summary>A 64-bit floating point number.</summary>
    Double,

    /// <summary>Text.</summary>
    String,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A moment.</summary>
    Timestamp,

    /// <summary>A span of time.</summary>
    Duration,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A type as a value.</summary>
    Type,

    /// <summary>A value that may be missing.</summary>
    Optional,

    /// <summary>An object with declared fields.</summary>
    Object,

    /// <summary>A type of a library, such as kubernetes.Quantity.</summary>
    Opaque,

    /// <summary>A type to be found by inference.</summary>
    Parameter,
}
