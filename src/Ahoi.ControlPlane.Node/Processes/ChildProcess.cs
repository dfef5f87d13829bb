using System.Runtime.InteropServices;

namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>A process that a <see cref="ProcessLoop"/> started.</summary>
internal sealed class ChildProcess
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _input;
    private int _terminal;
    private int _gate;
    private bool _reaped;

    internal ChildProcess(int pid, int input, int terminal, int gate)
    {
        Pid = pid;
        _input = input;
        _terminal = terminal;
        _gate = gate;
    }

    /// <summary>Gets its number.</summary>
    public int Pid { get; }

    /// <summary>Gets the exit code, once it has ended and all it wrote was handed over: 128 and the signal's number where a
    /// signal ended it.</summary>
    public Task<int> Exited => _exited.Task;

    internal int OpenOutputs { get; set; }

    internal int? ExitCode { get; private set; }

    /// <summary>Sends a signal, unless it has ended.</summary>
    public void Signal(int signal)
    {
        lock (_lock)
        {
            // Until it is reaped its number is nobody else's.
            if (!_reaped)
            {
                _ = Native.Kill(Pid, signal);
            }
        }
    }

    /// <summary>Writes to its standard input. Blocks while the process does not read.</summary>
    /// <returns>Whether anybody reads there.</returns>
    public unsafe bool Write(ReadOnlySpan<byte> bytes)
    {
        var descriptor = _terminal > 0 ? _terminal : Volatile.Read(ref _input);
        if (descriptor <= 0)
        {
            return false;
        }

        fixed (byte* start = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var written = Native.Write(descriptor, start + at, bytes.Length - at);
                if (written < 0)
                {
                    switch (Marshal.GetLastPInvokeError())
                    {
                        case Native.EventInterrupted:
                            continue;
                        case Native.EventAgain when !Exited.IsCompleted: // A terminal does not block, because the loop reads it.
                            Native.WaitWritable(descriptor);
                            continue;
                        default:
                            return false;
                    }
                }

                at += (int)written;
            }
        }

        return true;
    }

    /// <summary>Ends its standard input; with a terminal, as if somebody typed Ctrl-D.</summary>
    public void CloseInput()
    {
        if (_terminal > 0)
        {
            Write([4]);
            return;
        }

        CloseOnce(ref _input);
    }

    /// <summary>Changes the size of its terminal.</summary>
    public unsafe void Resize(TerminalSize size)
    {
        lock (_lock)
        {
            if (_terminal > 0)
            {
                var window = stackalloc ushort[4] { size.Rows, size.Columns, 0, 0 };
                _ = Native.DeviceControl(_terminal, Native.SetWindowSize, window);
            }
        }
    }

    /// <summary>Lets it go on that waits at its gate.</summary>
    public void OpenGate() => CloseOnce(ref _gate);

    internal bool TakeTerminal(int descriptor)
    {
        lock (_lock)
        {
            if (_terminal != descriptor)
            {
                return false;
            }

            _terminal = 0;
            return true;
        }
    }

    internal void SetExit(int code)
    {
        lock (_lock)
        {
            _reaped = true;
            ExitCode = code;
        }
    }

    internal void Complete()
    {
        CloseOnce(ref _input);
        CloseOnce(ref _gate);
        _exited.TrySetResult(ExitCode ?? 255);
    }

    private static void CloseOnce(ref int descriptor)
    {
        if (Interlocked.Exchange(ref descriptor, 0) is > 0 and var open)
        {
            _ = Native.Close(open);
        }
    }
}
