using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Pools.Contract;

namespace Ahoi.Pools.Agent.Orders;

/// <summary>Writes the report on the agent's own pod, where it differs from the last one.</summary>
internal sealed class ReportWriter(ApiClient client, AgentOptions options)
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    private PoolerReport? _written;

    public async Task WriteAsync(PoolerReport report, CancellationToken cancellationToken)
    {
        if (report == _written)
        {
            return;
        }

        try
        {
            await client.PatchAsync(
                Pods,
                new(options.Namespace, options.Pod),
                Patch.Merge(new JsonMap
                {
                    ["metadata"] = new JsonMap { ["annotations"] = new JsonMap { [PoolerReport.Annotation] = report.ToJson() } },
                }),
                cancellationToken: cancellationToken).ConfigureAwait(false);
            _written = report;
        }
        catch (Exception exception) when (exception is ApiException or TransportException)
        {
            Log.Write($"the report could not be written and is tried again: {exception.Message}");
        }
    }
}
