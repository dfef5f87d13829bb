using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Planning;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Definitions;

/// <summary>Applies the objects that an operator needs around its controllers, such as admission policies, where they are
/// not as they should be.</summary>
internal sealed partial class ManifestInstaller(ApiClient client, string operatorName, TimeProvider time, ILogger logger, Action<string>? waits = null)
{
    private string Manager => $"{operatorName}/manifests";

    public async Task InstallAsync(IEnumerable<OperatorManifest> manifests, CancellationToken cancellationToken)
    {
        foreach (var manifest in manifests)
        {
            await RepeatAsync(manifest, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What installing would write.</summary>
    public async Task<IReadOnlyList<ObjectPlan>> PlanAsync(IEnumerable<OperatorManifest> manifests, ApiClient planClient, CancellationToken cancellationToken)
    {
        var plans = new List<ObjectPlan>();
        foreach (var manifest in manifests)
        {
            var served = await client.Discovery.FindAsync(manifest.Kind, cancellationToken).ConfigureAwait(false) ?? throw new KindNotServedException(manifest.Kind);
            var live = await client.FindAsync(served.Resource, manifest.Key, null, cancellationToken).ConfigureAwait(false);
            var writer = new PlanWriter(planClient, Manager);
            if (live is null || !manifest.IsApplied(live, Manager))
            {
                await writer.ApplyAsync(served, manifest.Key, manifest.Applied, live, null, "", cancellationToken).ConfigureAwait(false);
            }

            plans.Add(new("manifests", served.Type, manifest.Key, writer.Changes, []));
        }

        return plans;
    }

    private async Task ApplyAsync(OperatorManifest manifest, CancellationToken cancellationToken)
    {
        var served = await client.Discovery.FindAsync(manifest.Kind, cancellationToken).ConfigureAwait(false) ?? throw new KindNotServedException(manifest.Kind);
        var live = await client.FindAsync(served.Resource, manifest.Key, null, cancellationToken).ConfigureAwait(false);
        if (live is null || !manifest.IsApplied(live, Manager))
        {
            await client.ApplyAsync(served.Resource, manifest.Key, manifest.Applied, Manager, force: true, null, cancellationToken).ConfigureAwait(false);
            LogApplied(logger, manifest.Kind.Kind, manifest.Key);
        }
    }

    private async Task RepeatAsync(OperatorManifest manifest, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5), new Random(0));
        while (true)
        {
            try
            {
                await ApplyAsync(manifest, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is KindNotServedException
                or TransportException { IsTransient: true } or ApiException { IsTransient: true } or ApiException { Code: 403 or 409 })
            {
                waits?.Invoke($"{manifest.Kind.Kind} {manifest.Key} cannot be applied: {exception.Message}");
                LogFailed(logger, exception, manifest.Kind.Kind, manifest.Key);
            }

            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(FrameworkEventIds.ManifestApplied, LogLevel.Information, "Applied {Kind} {Key}")]
    private static partial void LogApplied(ILogger logger, string kind, ObjectKey key);

    [LoggerMessage(FrameworkEventIds.ManifestFailed, LogLevel.Warning, "{Kind} {Key} could not be applied; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string kind, ObjectKey key);
}
