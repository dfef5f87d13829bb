using System.CommandLine;

namespace Ahoi.Cli.Commands;

/// <summary>Options that take some of a few known names.</summary>
internal static class NameLists
{
    public static Option<string[]> Create(string name, string description, string[] known) => new(name)
    {
        Description = $"{description}, comma-separated (default: all): {string.Join(", ", known)}.",
        HelpName = "A,B",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => known,
        CustomParser = result =>
        {
            var names = result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
            foreach (var unknown in names.Except(known, StringComparer.Ordinal))
            {
                var nearest = NearestWord.Find(unknown, known);
                result.AddError($"'{unknown}' of {name} is not known; there is {string.Join(", ", known)}."
                    + (nearest is null ? "" : $" Did you mean '{nearest}'?"));
            }

            return names;
        },
    };
}
