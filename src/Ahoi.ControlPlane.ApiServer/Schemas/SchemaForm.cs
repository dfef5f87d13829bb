namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>What a schema node is for decoding, told from type, format and extensions once.</summary>
internal enum SchemaForm
{
    /// <summary>Any JSON value, kept as it is.</summary>
    Any,

    /// <summary>An object with declared fields.</summary>
    Struct,

    /// <summary>A map with free keys.</summary>
    Map,

    /// <summary>A list.</summary>
    List,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A 32-bit integer.</summary>
    Integer32,

    /// <summary>A 64-bit integer.</summary>
    Integer64,

    /// <summary>A number that may have a fraction.</summary>
    Number,

    /// <summary>A boolean.</summary>
    Flag,

    /// <summary>Bytes in base64.</summary>
    Bytes,

    /// <summary>A time to the second.</summary>
    Time,

    /// <summary>A time to the microsecond.</summary>
    MicroTime,

    /// <summary>A resource quantity.</summary>
    Quantity,

    /// <summary>An integer or a string.</summary>
    IntOrString,
}
