namespace Ahoi.Cli;

/// <summary>A failure whose message is all that the user needs.</summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="exitCode">The process's exit code; see <see cref="ExitCodes"/>.</param>
internal sealed class CommandFailedException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
