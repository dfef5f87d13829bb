namespace Ahoi.Api.Objects;

/// <summary>Which of an object's managed fields are worth keeping; they are often a third of its bytes.</summary>
public sealed class ManagedFieldsFilter
{
    private readonly byte[][]? _managers;

    private ManagedFieldsFilter(byte[][]? managers) => _managers = managers;

    /// <summary>Keeps every entry.</summary>
    public static ManagedFieldsFilter KeepAll { get; } = new(null);

    /// <summary>Keeps none.</summary>
    public static ManagedFieldsFilter DropAll { get; } = new([]);

    internal bool KeepsAll => _managers is null;

    internal bool KeepsNone => _managers is { Length: 0 };

    /// <summary>Keeps the entries of these field managers, whatever their operation and subresource.</summary>
    /// <param name="managers">The managers' names.</param>
    /// <returns>The filter.</returns>
    public static ManagedFieldsFilter KeepOnly(params ReadOnlySpan<string> managers)
    {
        var names = new byte[managers.Length][];
        for (var i = 0; i < managers.Length; i++)
        {
            names[i] = System.Text.Encoding.UTF8.GetBytes(managers[i]);
        }

        return new(names);
    }

    internal bool Keeps(ReadOnlySpan<byte> manager)
    {
        if (_managers is null)
        {
            return true;
        }

        foreach (var name in _managers)
        {
            if (manager.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
