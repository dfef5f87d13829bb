using System.Globalization;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>What the command line says of a run.</summary>
internal sealed record Options
{
    public int Clients { get; init; } = 200;

    /// <summary>Gets how many customers there are, with and without pods.</summary>
    public int Customers { get; init; } = 50;

    /// <summary>Gets how many of them run on processes.</summary>
    public int Live { get; init; } = 6;

    public int Seconds { get; init; } = 300;

    public int Seed { get; init; } = Random.Shared.Next();

    public static bool TryRead(IReadOnlyList<string> words, out Options options)
    {
        options = new();
        for (var i = 0; i + 1 < words.Count; i += 2)
        {
            if (!int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            switch (words[i])
            {
                case "--clients":
                    options = options with { Clients = number };
                    break;
                case "--customers":
                    options = options with { Customers = number };
                    break;
                case "--live":
                    options = options with { Live = number };
                    break;
                case "--seconds":
                    options = options with { Seconds = number };
                    break;
                case "--seed":
                    options = options with { Seed = number };
                    break;
                default:
                    return false;
            }
        }

        return words.Count % 2 == 0;
    }
}
