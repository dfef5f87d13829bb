namespace Ahoi.ControlPlane.Storage;

/// <summary>A value with its history.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The bytes.</param>
/// <param name="CreateRevision">The revision that created the key.</param>
/// <param name="Revision">The revision that wrote this value.</param>
public sealed record StoredValue(string Key, ReadOnlyMemory<byte> Value, long CreateRevision, long Revision);
