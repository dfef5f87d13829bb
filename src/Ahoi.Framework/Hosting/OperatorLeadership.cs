using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Leadership;

namespace Ahoi.Framework.Hosting;

/// <summary>The elector of an operator, and the clients it goes with: its own one, which nothing else can hold up and which
/// may write without leading, and the fence for the other.</summary>
internal sealed class OperatorLeadership(ApiClient client, LeaderElector elector, TimeProvider time) : IDisposable
{
    public LeaderElector Elector => elector;

    /// <summary>Gets a client for what is written before there is a leader.</summary>
    public ApiClient Client => client;

    public static OperatorLeadership? Create(AhoiOptions options, ApiConnection connection, ApiClientOptions settings)
    {
        if (options.Leadership is not { } leadership)
        {
            return null;
        }

        var client = new ApiClient(connection, settings);
        var logger = settings.Loggers.CreateLogger("Ahoi.Framework.Leadership");
        var time = settings.Time == TimeProvider.System ? UptimeClock.Instance : settings.Time;
        return new(client, new(client, leadership, time, logger), time);
    }

    public DelegatingHandler CreateFence() => new FencingHandler(elector, time);

    public void Dispose() => client.Dispose();
}
