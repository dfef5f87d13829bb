namespace Ahoi.Cli;

/// <summary>Tells whether output goes to a person's terminal.</summary>
internal static class TerminalOutput
{
    /// <summary>Whether what is written can be drawn over again.</summary>
    public static bool IsTerminal(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Whether colours are wanted; see https://no-color.org.</summary>
    public static bool HasColours(TextWriter output) =>
        IsTerminal(output) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
