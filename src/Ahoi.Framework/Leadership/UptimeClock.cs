using System.Runtime.InteropServices;

namespace Ahoi.Framework.Leadership;

/// <summary>
/// The system's clock, with timestamps that go on while the machine is suspended. Linux' ordinary monotonic clock stands still
/// then: a leader on a laptop that was closed would believe that no time had passed.
/// </summary>
internal sealed class UptimeClock : TimeProvider
{
    private const int BootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly bool IsServed = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    public static UptimeClock Instance { get; } = new();

    public override long TimestampFrequency => IsServed ? NanosecondsPerSecond : base.TimestampFrequency;

    public override long GetTimestamp() => !IsServed
        ? base.GetTimestamp()
        : GetTime(BootTime, out var time) == 0
            ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds
            : throw new InvalidOperationException($"The clock of the time since the machine's start cannot be read (error {Marshal.GetLastPInvokeError()}).");

#pragma warning disable SYSLIB1054, CA5392 // Generated marshalling needs unsafe code; this signature needs no marshalling. libc is the system's.
    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static extern int GetTime(int clock, out Timespec time);
#pragma warning restore SYSLIB1054, CA5392

    private readonly struct Timespec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
