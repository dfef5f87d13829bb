using System.Runtime.InteropServices;

namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>What of Linux's C library .NET has no way to: starting a process with chosen descriptors and a terminal, and
/// waiting for many at once. Constants are those of x86-64 and arm64 alike.</summary>
internal static partial class Native
{
    public const int EventAgain = 11;
    public const int EventInterrupted = 4;
    public const int PollIn = 1;
    public const int PollHangUp = 0x10;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int ReadWrite = 2;
    public const int NoControllingTerminal = 0x100;
    public const short SpawnSetSignalDefaults = 0x04;
    public const short SpawnSetSignalMask = 0x08;
    public const short SpawnSetSession = 0x80;
    public const int SetWindowSize = 0x5414;
    public const int DuplicateCloseOnExec = 1030;
    public const int SetFlags = 4;
    public const int Add = 1;
    public const int Remove = 2;
    private const long PidFileDescriptorOpen = 434;
    private static readonly long BpfCall = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;

    public static int OpenPidFileDescriptor(int pid) => (int)SystemCall(PidFileDescriptorOpen, pid, 0);

    /// <summary>Waits until a descriptor takes more, or for a tenth of a second.</summary>
    public static unsafe void WaitWritable(int descriptor)
    {
        const long Writable = 4;
        var entry = (uint)descriptor | (Writable << 32); // struct pollfd: the descriptor, and which events are of interest.
        _ = Poll(&entry, 1, 100);
    }

    /// <summary>Waits until a process has ended, five seconds at most.</summary>
    /// <param name="descriptor">Its descriptor (pidfd_open(2)).</param>
    public static unsafe void WaitForEnd(int descriptor)
    {
        var entry = (uint)descriptor | ((long)PollIn << 32);
        _ = Poll(&entry, 1, 5000);
    }

    /// <summary>Puts a file, or a link itself, in the place of another at once.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void Replace(string from, string to)
    {
        if (Rename(from, to) != 0)
        {
            throw new IOException($"{from} cannot be moved to {to}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(long* entries, nuint count, int milliseconds);

    /// <summary>Calls bpf(2).</summary>
    public static unsafe int Bpf(int command, void* attributes, int size) => (int)SystemCall(BpfCall, command, (long)attributes, size);

    /// <summary>Opens a folder, to hand it to the kernel.</summary>
    public static int OpenFolder(string path) => Open(path, CloseOnExec);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static unsafe partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static unsafe partial int Wait(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static unsafe partial int EpollControl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static unsafe partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    public static partial int OpenTerminal(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    public static partial int GrantTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    public static partial int UnlockTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    public static unsafe partial int TerminalName(int descriptor, byte* name, nint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static unsafe partial int DeviceControl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int Spawn(out int pid, string program, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static unsafe partial int InitFileActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static unsafe partial int DestroyFileActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static unsafe partial int AddDuplicate(byte* actions, int descriptor, int newDescriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int AddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static unsafe partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static unsafe partial int SetAttributeFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static unsafe partial int SetSignalDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static unsafe partial int SetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static unsafe partial int FillSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static unsafe partial int EmptySignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second);
}
