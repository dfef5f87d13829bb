using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Ahoi.Tenancy.Planning;

/// <summary>
/// What was found out about contents that takes long to find out: an unchanged Secret is asked about at each look. Kept by
/// the contents' hash, so that no secret is kept here; forgotten all at once when there are many.
/// </summary>
/// <typeparam name="T">The answer.</typeparam>
internal sealed class Remembered<T>(int capacity)
{
    private readonly ConcurrentDictionary<UInt128, T> _answers = new();

    /// <summary>Answers for two contents, from memory where both were asked about before.</summary>
    public T Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Func<T> find)
    {
        var key = KeyOf(first, second);
        if (_answers.TryGetValue(key, out var known))
        {
            return known;
        }

        var found = find();
        Note(key, found);
        return found;
    }

    /// <summary>Takes in what is known without asking.</summary>
    public void Note(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, T answer) => Note(KeyOf(first, second), answer);

    private void Note(UInt128 key, T answer)
    {
        if (_answers.Count >= capacity)
        {
            _answers.Clear();
        }

        _answers[key] = answer;
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, first.Length);
        hash.AppendData(bytes[..sizeof(int)]);
        hash.AppendData(first);
        hash.AppendData(second);
        hash.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
