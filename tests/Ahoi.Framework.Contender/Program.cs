using System.Globalization;
using System.Runtime.InteropServices;
using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Framework.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

// Competes for a Lease, and while it leads writes its name and term into a ConfigMap, over and over; prints what happens.
// The test that started it stops and continues the whole process.
var (kubeconfig, identity) = (args[0], args[1]);
using var stopping = new CancellationTokenSource();
using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stopping.Cancel();
});

var connection = ApiConnection.FromKubeconfig(kubeconfig);
using var electing = new ApiClient(connection);
var elector = new LeaderElector(
    electing,
    new LeaderElectionOptions
    {
        LeaseName = "work",
        LeaseNamespace = "default",
        Identity = identity,
        LeaseDuration = TimeSpan.FromSeconds(3),
        RenewDeadline = TimeSpan.FromSeconds(2),
        RetryPeriod = TimeSpan.FromMilliseconds(200),
    },
    TimeProvider.System,
    NullLogger.Instance);
using var fenced = new ApiClient(connection, new() { Middleware = [() => new FencingHandler(elector, TimeProvider.System)] });
Console.WriteLine("ready");
try
{
    await elector.RunAsync(WorkAsync, stopping.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine("stopped");
}

async Task WorkAsync(LeadershipTerm term, CancellationToken cancellationToken)
{
    var data = new JsonMap { ["writer"] = identity, ["term"] = term.Number.ToString(CultureInfo.InvariantCulture) };
    for (var i = 0; !cancellationToken.IsCancellationRequested; i++)
    {
        data["count"] = i.ToString(CultureInfo.InvariantCulture);
        try
        {
            await fenced.PatchAsync(
                new("", "v1", "configmaps"), new("default", "work"), Patch.Merge(new JsonMap { ["data"] = data.DeepClone() }), cancellationToken: CancellationToken.None);
            Console.WriteLine("wrote");
        }
        catch (Exception exception) when (exception is LeadershipLostException or TransportException)
        {
            Console.WriteLine("refused");
        }

        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    Console.WriteLine("lost");
}
