namespace Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

/// <summary>One field of a message.</summary>
/// <param name="Number">Its number on the wire.</param>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type"><c>string</c>, <c>bytes</c>, <c>int</c>, <c>bool</c>, <c>double</c>, or the name of a message.</param>
/// <param name="Label">How often it comes.</param>
internal sealed record MessageField(int Number, string Name, string Type, FieldLabel Label);
