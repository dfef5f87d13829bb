using System.Text;

namespace Ahoi.Cli.Tests;

/// <summary>An output that says when it has a line.</summary>
internal sealed class SignallingWriter : TextWriter
{
    private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Gets the first line, once it is written.</summary>
    public Task<string> Line => _line.Task;

    public override void WriteLine(string? value) => _line.TrySetResult(value ?? "");

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }
}
