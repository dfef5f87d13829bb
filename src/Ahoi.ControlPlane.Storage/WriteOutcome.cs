namespace Ahoi.ControlPlane.Storage;

/// <summary>What came of a write.</summary>
/// <param name="Succeeded">Whether the write took place and is as durable as the store makes it.</param>
/// <param name="Revision">The revision of the write, or the store's when it was refused.</param>
/// <param name="Current">After a refusal, what the key holds; <see langword="null"/> where it holds nothing.</param>
public readonly record struct WriteOutcome(bool Succeeded, long Revision, StoredValue? Current);
