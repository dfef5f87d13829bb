namespace Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

/// <summary>Bytes that are no message, or none of the kind they should be.</summary>
internal sealed class ProtobufFormatException(string message) : Exception(message);
