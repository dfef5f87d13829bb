using System.Runtime.InteropServices;
using Ahoi.Client.Connections;
using Ahoi.Client.Kubeconfigs;
using Ahoi.Operators;

namespace Ahoi.Host;

/// <summary>The operators, as they run in a cluster: with the pod's service account, until SIGTERM.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int Usage = 2;

    private static async Task<int> Main(string[] args)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await OperatorHost.RunAsync(HostArguments.Parse(args), ApiConnection.Default(), stopping.Token);
            return 0;
        }
        catch (FormatException exception)
        {
            await Console.Error.WriteLineAsync($"ahoi-host: {exception.Message}");
            return Usage;
        }
        catch (Exception exception) when (exception is KubeconfigException or IOException)
        {
            await Console.Error.WriteLineAsync($"ahoi-host: {exception.Message}");
            return Failed;
        }

        void Stop(PosixSignalContext context)
        {
            // A second signal ends the process at once.
            context.Cancel = !stopping.IsCancellationRequested;
            stopping.Cancel();
        }
    }
}
