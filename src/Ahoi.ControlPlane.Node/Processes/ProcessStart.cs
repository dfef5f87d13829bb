namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>How a process is started.</summary>
/// <param name="Program">The program's file, with its folder.</param>
/// <param name="Arguments">Its arguments, without its name.</param>
/// <param name="Environment">All its variables, as <c>NAME=value</c>.</param>
internal sealed record ProcessStart(string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment)
{
    /// <summary>The descriptor at which the process finds the pipe of <see cref="Status"/>.</summary>
    public const int StatusDescriptor = 3;

    /// <summary>The descriptor at which the process finds the pipe of <see cref="Gate"/>.</summary>
    public const int GateDescriptor = 4;

    /// <summary>The descriptor at which the process finds <see cref="Data"/>.</summary>
    public const int DataDescriptor = 5;

    /// <summary>Gets what takes its standard output; thrown away where left out.</summary>
    public OutputHandler? Output { get; init; }

    /// <summary>Gets what takes its standard error; thrown away where left out. With a terminal all is output.</summary>
    public OutputHandler? Error { get; init; }

    /// <summary>Gets whether its standard input is open; without, it reads the end at once.</summary>
    public bool Input { get; init; }

    /// <summary>Gets whether it gets a terminal, and of which size.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>Gets what takes what it writes to <see cref="StatusDescriptor"/>.</summary>
    public OutputHandler? Status { get; init; }

    /// <summary>Gets whether it has a pipe at <see cref="GateDescriptor"/> to wait at for
    /// <see cref="ChildProcess.OpenGate"/>.</summary>
    public bool Gate { get; init; }

    /// <summary>Gets what it can read at <see cref="DataDescriptor"/>: for what no other user of the machine may see, as
    /// arguments can be seen.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
}
