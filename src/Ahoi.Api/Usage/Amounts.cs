using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.Api.Usage;

/// <summary>How much of each resource.</summary>
public sealed class Amounts : Dictionary<string, Quantity>
{
    /// <summary>Makes no amounts.</summary>
    public Amounts()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Reads a map of quantities; what is none is left out.</summary>
    /// <param name="map">The map, as in <c>requests</c>.</param>
    /// <returns>The amounts.</returns>
    public static Amounts Of(JsonMap? map)
    {
        var amounts = new Amounts();
        foreach (var (name, value) in map ?? [])
        {
            if (Read(value) is { } amount)
            {
                amounts[name] = amount;
            }
        }

        return amounts;
    }

    /// <summary>Adds other amounts to these.</summary>
    /// <param name="others">The others.</param>
    public void Add(Amounts others)
    {
        foreach (var (name, amount) in others)
        {
            this[name] = TryGetValue(name, out var there) ? there + amount : amount;
        }
    }

    /// <summary>Raises these to other amounts where those are more.</summary>
    /// <param name="others">The others.</param>
    public void Raise(Amounts others)
    {
        foreach (var (name, amount) in others)
        {
            if (!TryGetValue(name, out var there) || there < amount)
            {
                this[name] = amount;
            }
        }
    }

    /// <summary>Makes a copy.</summary>
    /// <returns>The copy.</returns>
    public Amounts Copy()
    {
        var copy = new Amounts();
        copy.Add(this);
        return copy;
    }

    /// <summary>Writes them as a map of quantities.</summary>
    /// <returns>The map.</returns>
    public JsonMap ToMap()
    {
        var map = new JsonMap();
        foreach (var (name, amount) in this)
        {
            map[name] = amount.ToString();
        }

        return map;
    }

    private static Quantity? Read(object? value) => value switch
    {
        string text when Quantity.TryParse(text, out var quantity) => quantity,
        long number => new Quantity(number),
        _ => null,
    };
}
