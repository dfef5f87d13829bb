namespace Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

/// <summary>How often a field comes, and what that means.</summary>
internal enum FieldLabel
{
    /// <summary>Once at most.</summary>
    One,

    /// <summary>Again and again: a list.</summary>
    Repeated,

    /// <summary>Again and again, as pairs of key and value.</summary>
    Map,

    /// <summary>A message whose fields are those of the message around it.</summary>
    Inline,
}
