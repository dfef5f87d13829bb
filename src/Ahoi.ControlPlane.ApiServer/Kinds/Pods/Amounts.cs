using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>How much of each resource.</summary>
internal sealed class Amounts : Dictionary<string, Quantity>
{
    public Amounts()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Reads a map of quantities; what is none is left out.</summary>
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
    public void Add(Amounts others)
    {
        foreach (var (name, amount) in others)
        {
            this[name] = TryGetValue(name, out var there) ? there + amount : amount;
        }
    }

    /// <summary>Raises these to other amounts where those are more.</summary>
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
    public Amounts Copy()
    {
        var copy = new Amounts();
        copy.Add(this);
        return copy;
    }

    /// <summary>Writes them as a map of quantities.</summary>
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
