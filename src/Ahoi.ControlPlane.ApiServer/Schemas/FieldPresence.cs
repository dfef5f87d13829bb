namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>
/// How a field of a built-in type comes and goes when an object is decoded into the type and written again. Clients and
/// the owners of fields see the difference between a field that is missing and one that is zero.
/// </summary>
internal enum FieldPresence
{
    /// <summary>The field stays as it was given: custom resources, and built-in fields that tell unset from zero.</summary>
    AsGiven,

    /// <summary>A zero value (0, false, the empty string, an empty list or map) vanishes.</summary>
    DropZero,

    /// <summary>A missing field appears with its zero value.</summary>
    Always,

    /// <summary>A missing list or map appears as null, and an empty one becomes null.</summary>
    AlwaysOrNull,
}
