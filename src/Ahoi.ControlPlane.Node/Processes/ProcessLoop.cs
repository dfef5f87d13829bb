using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>
/// Starts processes, reads what they write and sees them end, on one thread for all of them. It has to be one that lives as
/// long as they do: bubblewrap's <c>--die-with-parent</c> is Linux's parent death signal, which is sent when the thread that
/// started a process ends (prctl(2)), and so no sandbox outlives this program however it ends.
/// </summary>
internal sealed class ProcessLoop : IAsyncDisposable
{
    private const int ReadSize = 64 * 1024;
    private const int FirstOwnDescriptor = 64; // Above every number that a child is given.

    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly Dictionary<int, Source> _sources = [];
    private readonly ConcurrentQueue<Action> _work = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadSize, pinned: true);
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    public ProcessLoop()
    {
        _epoll = Checked(Native.EpollCreate(Native.CloseOnExec), "epoll_create1");
        _wake = Checked(Native.EventDescriptor(0, Native.CloseOnExec | Native.NonBlocking), "eventfd");
        Change(Native.Add, _wake);
        new Thread(Run) { Name = "Ahoi processes", IsBackground = true }.Start();
    }

    /// <summary>Starts a process.</summary>
    /// <exception cref="ProcessStartException">It cannot be started; the message says why.</exception>
    public Task<ChildProcess> StartAsync(ProcessStart start)
    {
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                started.SetResult(Start(start));
            }
            catch (ProcessStartException exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    /// <summary>Stops or goes on reading what a process writes, so that it waits while nobody takes it. Returns at once.</summary>
    public void SetReading(ChildProcess process, bool reading) => Post(() =>
    {
        foreach (var (descriptor, _) in _sources.Where(s => s.Value.Process == process && s.Value.Handler is not null))
        {
            Change(reading ? Native.Add : Native.Remove, descriptor);
        }
    });

    /// <summary>Ends the thread. Whoever asks has seen to the end of the processes before.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        Post(() => { });
        await _ended.Task.ConfigureAwait(false);
    }

    private unsafe void Post(Action action)
    {
        _work.Enqueue(action);
        var one = 1L;
        _ = Native.Write(_wake, (byte*)&one, sizeof(long));
    }

    private unsafe void Run()
    {
        const int Most = 64;
        var events = stackalloc byte[16 * Most];
        while (!_stopping)
        {
            var count = Native.EpollWait(_epoll, events, Most, -1);
            for (var i = 0; i < count; i++)
            {
                var descriptor = *(int*)(events + (i * EventSize) + (EventSize == 12 ? 4 : 8));
                if (descriptor == _wake)
                {
                    long ignored;
                    _ = Native.Read(_wake, (byte*)&ignored, sizeof(long));
                    while (_work.TryDequeue(out var action))
                    {
                        action();
                    }
                }
                else if (_sources.TryGetValue(descriptor, out var source))
                {
                    if (source.Handler is null)
                    {
                        Reap(descriptor, source.Process);
                    }
                    else
                    {
                        ReadOnce(descriptor, source);
                    }
                }
            }
        }

        foreach (var descriptor in _sources.Keys)
        {
            _ = Native.Close(descriptor);
        }

        _ = Native.Close(_epoll);
        _ = Native.Close(_wake);
        _ended.SetResult();
    }

    private unsafe ChildProcess Start(ProcessStart start)
    {
        var ours = new List<int>();
        var theirs = new List<int>();
        try
        {
            int master = 0, input = 0, gate = 0;
            string? slave = null;
            var actions = stackalloc byte[512];
            var attributes = stackalloc byte[1024];
            var signals = stackalloc byte[128];
            _ = Native.InitFileActions(actions);
            _ = Native.InitAttributes(attributes);
            _ = Native.FillSignals(signals);
            _ = Native.SetSignalDefaults(attributes, signals);
            _ = Native.EmptySignals(signals);
            _ = Native.SetSignalMask(attributes, signals);
            _ = Native.SetAttributeFlags(attributes, Native.SpawnSetSession | Native.SpawnSetSignalDefaults | Native.SpawnSetSignalMask);
            var outputs = new List<(int Descriptor, OutputHandler Handler)>();
            if (start.Terminal is { } size)
            {
                (master, slave) = OpenTerminal(size);
                ours.Add(master);
                _ = Native.AddOpen(actions, 0, slave, Native.ReadWrite, 0);
                _ = Native.AddDuplicate(actions, 0, 1);
                _ = Native.AddDuplicate(actions, 0, 2);
                outputs.Add((master, start.Output ?? (_ => { })));
            }
            else
            {
                if (start.Input)
                {
                    var (read, write) = OpenPipe(ours, theirs, childReads: true);
                    input = write;
                    _ = Native.AddDuplicate(actions, read, 0);
                }
                else
                {
                    _ = Native.AddOpen(actions, 0, "/dev/null", 0, 0);
                }

                AddOutput(start.Output, 1, actions, ours, theirs, outputs);
                AddOutput(start.Error, 2, actions, ours, theirs, outputs);
            }

            if (start.Status is not null)
            {
                AddOutput(start.Status, ProcessStart.StatusDescriptor, actions, ours, theirs, outputs);
            }

            if (start.Gate)
            {
                var (read, write) = OpenPipe(ours, theirs, childReads: true);
                gate = write;
                _ = Native.AddDuplicate(actions, read, ProcessStart.GateDescriptor);
            }

            if (!start.Data.IsEmpty)
            {
                var data = OpenData(start.Data.Span);
                theirs.Add(data);
                _ = Native.AddDuplicate(actions, data, ProcessStart.DataDescriptor);
            }

            int pid;
            int error;
            using (var arguments = new TextVector([start.Program, .. start.Arguments]))
            using (var environment = new TextVector(start.Environment))
            {
                error = Native.Spawn(out pid, start.Program, actions, attributes, arguments.Pointer, environment.Pointer);
            }

            _ = Native.DestroyFileActions(actions);
            _ = Native.DestroyAttributes(attributes);
            if (error != 0)
            {
                throw new ProcessStartException($"{start.Program} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            var process = new ChildProcess(pid, input, master, gate);
            var pidDescriptor = Checked(Native.OpenPidFileDescriptor(pid), "pidfd_open");
            _sources[pidDescriptor] = new(process, null);
            Change(Native.Add, pidDescriptor);
            foreach (var (descriptor, handler) in outputs)
            {
                process.OpenOutputs++;
                _ = Native.Control(descriptor, Native.SetFlags, Native.NonBlocking);
                _sources[descriptor] = new(process, handler);
                Change(Native.Add, descriptor);
            }

            ours.Clear();
            return process;
        }
        finally
        {
            foreach (var descriptor in ours.Concat(theirs))
            {
                _ = Native.Close(descriptor);
            }
        }
    }

    private static unsafe void AddOutput(
        OutputHandler? handler, int number, byte* actions, List<int> ours, List<int> theirs, List<(int Descriptor, OutputHandler Handler)> outputs)
    {
        if (handler is null)
        {
            _ = Native.AddOpen(actions, number, "/dev/null", Native.ReadWrite, 0);
            return;
        }

        var (read, write) = OpenPipe(ours, theirs, childReads: false);
        outputs.Add((read, handler));
        _ = Native.AddDuplicate(actions, write, number);
    }

    private static unsafe (int Read, int Write) OpenPipe(List<int> ours, List<int> theirs, bool childReads)
    {
        var ends = stackalloc int[2];
        Checked(Native.Pipe(ends, Native.CloseOnExec), "pipe2");
        for (var i = 0; i < 2; i++)
        {
            // Out of the way of the numbers that the child sees, so that giving one does not overwrite another.
            var moved = Checked(Native.Control(ends[i], Native.DuplicateCloseOnExec, FirstOwnDescriptor), "fcntl");
            _ = Native.Close(ends[i]);
            ends[i] = moved;
        }

        (childReads ? theirs : ours).Add(ends[0]);
        (childReads ? ours : theirs).Add(ends[1]);
        return (ends[0], ends[1]);
    }

    private static unsafe int OpenData(ReadOnlySpan<byte> content)
    {
        var file = Checked(Native.CreateMemoryFile("ahoi", 1), "memfd_create"); // 1: close on exec.
        var moved = Native.Control(file, Native.DuplicateCloseOnExec, FirstOwnDescriptor);
        _ = Native.Close(file);
        Checked(moved, "fcntl");
        fixed (byte* start = content)
        {
            for (nint at = 0; at < content.Length;)
            {
                var written = Native.Write(moved, start + at, content.Length - at);
                if (written <= 0)
                {
                    _ = Native.Close(moved);
                    Checked(-1, "write");
                }

                at += written;
            }
        }

        _ = Native.Seek(moved, 0, 0);
        return moved;
    }

    private static unsafe (int Master, string Slave) OpenTerminal(TerminalSize size)
    {
        var master = Checked(Native.OpenTerminal(Native.ReadWrite | Native.NoControllingTerminal | Native.CloseOnExec), "posix_openpt");
        var name = stackalloc byte[128];
        Checked(Native.GrantTerminal(master), "grantpt");
        Checked(Native.UnlockTerminal(master), "unlockpt");
        Checked(-Native.TerminalName(master, name, 128), "ptsname_r");
        var window = stackalloc ushort[4] { size.Rows, size.Columns, 0, 0 };
        _ = Native.DeviceControl(master, Native.SetWindowSize, window);
        return (master, Marshal.PtrToStringUTF8((nint)name)!); // ptsname_r wrote it.
    }

    private unsafe void ReadOnce(int descriptor, Source source)
    {
        nint count;
        fixed (byte* buffer = _buffer)
        {
            count = Native.Read(descriptor, buffer, ReadSize);
        }

        if (count > 0)
        {
            source.Handler!(_buffer.AsSpan(0, (int)count));
            return;
        }

        if (count < 0 && Marshal.GetLastPInvokeError() is Native.EventAgain or Native.EventInterrupted)
        {
            return;
        }

        // The end; a terminal says EIO when nobody holds its other side any more.
        Forget(descriptor, source);
    }

    private void Forget(int descriptor, Source source)
    {
        Change(Native.Remove, descriptor);
        _sources.Remove(descriptor);
        source.Process.TakeTerminal(descriptor);
        _ = Native.Close(descriptor);
        source.Handler!([]);
        if (--source.Process.OpenOutputs == 0 && source.Process.ExitCode is not null)
        {
            source.Process.Complete();
        }
    }

    private unsafe void Reap(int descriptor, ChildProcess process)
    {
        int status;
        if (Native.Wait(process.Pid, &status, 1) == 0)
        {
            return;
        }

        Change(Native.Remove, descriptor);
        _sources.Remove(descriptor);
        _ = Native.Close(descriptor);
        process.SetExit((status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f));
        if (process.OpenOutputs == 0)
        {
            process.Complete();
            return;
        }

        // Its last words are in the pipes already. Whoever else holds them, having outlived it, is not waited for.
        foreach (var (output, source) in _sources.Where(s => s.Value.Process == process).ToList())
        {
            while (_sources.ContainsKey(output) && HasMore(output, source))
            {
            }

            if (_sources.ContainsKey(output))
            {
                Forget(output, source);
            }
        }
    }

    private unsafe bool HasMore(int descriptor, Source source)
    {
        nint count;
        fixed (byte* buffer = _buffer)
        {
            count = Native.Read(descriptor, buffer, ReadSize);
        }

        if (count <= 0)
        {
            return false;
        }

        source.Handler!(_buffer.AsSpan(0, (int)count));
        return true;
    }

    private unsafe void Change(int operation, int descriptor)
    {
        var change = stackalloc byte[16];
        *(uint*)change = Native.PollIn | Native.PollHangUp;
        *(long*)(change + (EventSize == 12 ? 4 : 8)) = descriptor;
        _ = Native.EpollControl(_epoll, operation, descriptor, change);
    }

    private static int Checked(int result, string call) => result >= 0
        ? result
        : throw new ProcessStartException($"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    private sealed record Source(ChildProcess Process, OutputHandler? Handler);

    /// <summary>Texts as C wants them: pointers to zero-terminated bytes, and a null pointer at the end.</summary>
    private sealed unsafe class TextVector : IDisposable
    {
        private readonly int _count;

        public TextVector(IReadOnlyList<string> texts)
        {
            _count = texts.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                var length = Encoding.UTF8.GetByteCount(texts[i]);
                Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
                Encoding.UTF8.GetBytes(texts[i], new Span<byte>(Pointer[i], length));
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                NativeMemory.Free(Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }
}
