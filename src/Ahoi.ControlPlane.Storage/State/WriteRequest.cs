namespace Ahoi.ControlPlane.Storage.State;

/// <summary>A write as it was asked for.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, or <see langword="null"/> for a deletion.</param>
/// <param name="ExpectedRevision">The revision the key must have; 0 for none.</param>
internal readonly record struct WriteRequest(string Key, ReadOnlyMemory<byte>? Value, long ExpectedRevision);
