using System.Runtime.InteropServices;

namespace Ahoi.Cli;

/// <summary>The <c>ahoi</c> tool: parses, calls, prints.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await AhoiCommandLine.RunAsync(args, Console.Out, Console.Error, stopping.Token);

        void Stop(PosixSignalContext context)
        {
            // A second signal ends the process at once, so that nobody is kept by a stop that hangs.
            context.Cancel = !stopping.IsCancellationRequested;
            stopping.Cancel();
        }
    }
}
