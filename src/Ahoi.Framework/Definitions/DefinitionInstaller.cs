using System.Reflection;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Informers;
using Ahoi.Framework.Objects;
using Ahoi.Framework.Planning;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Definitions;

/// <summary>Applies the definitions of custom resources and waits until they are served.</summary>
internal sealed partial class DefinitionInstaller(ApiClient client, ObjectTypes types, string operatorName, TimeProvider time, ILogger logger, Action<string>? waits = null)
{
    private static readonly GroupVersionResource Resource = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    private string Manager => $"{operatorName}/definitions";

    /// <summary>The definitions of those kinds that are custom resources of ours.</summary>
    public static IReadOnlyList<JsonMap> DefinitionsOf(IEnumerable<Type> kinds, ObjectTypes types) => DefinitionGenerator.Create(
        kinds.Distinct().Where(t => t.GetCustomAttribute<CustomResourceAttribute>() is not null), types.Json);

    public async Task InstallAsync(IEnumerable<Type> kinds, CancellationToken cancellationToken)
    {
        foreach (var definition in DefinitionsOf(kinds))
        {
            var key = KeyOf(definition);
            await RepeatAsync(key, () => ApplyAsync(key, definition, cancellationToken), cancellationToken).ConfigureAwait(false);
            await RepeatAsync(key, () => IsEstablishedAsync(key, cancellationToken), cancellationToken).ConfigureAwait(false);
            await RepeatAsync(key, () => IsServedAsync(definition, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What installing would write.</summary>
    public async Task<IReadOnlyList<ObjectPlan>> PlanAsync(IEnumerable<Type> kinds, ApiClient planClient, CancellationToken cancellationToken)
    {
        var served = await client.Discovery.FindAsync(new GroupVersionKind(Resource.Group, Resource.Version, "CustomResourceDefinition"), cancellationToken).ConfigureAwait(false)
            ?? throw new KindNotServedException(new(Resource.Group, Resource.Version, "CustomResourceDefinition"));
        var plans = new List<ObjectPlan>();
        foreach (var definition in DefinitionsOf(kinds))
        {
            var key = KeyOf(definition);
            var live = await client.FindAsync(Resource, key, null, cancellationToken).ConfigureAwait(false);
            var writer = new PlanWriter(planClient, Manager);
            if (live is null || !IsApplied(definition, live))
            {
                await writer.ApplyAsync(served, key, definition, live, null, "", cancellationToken).ConfigureAwait(false);
            }

            plans.Add(new("definitions", served.Type, key, writer.Changes, []));
        }

        return plans;
    }

    /// <summary>A definition is established a moment before its kind is served.</summary>
    private async Task<bool> IsServedAsync(JsonMap definition, CancellationToken cancellationToken)
    {
        var spec = definition.Map("spec")!;
        var version = spec.List("versions")!.Maps.First(v => v.Flag("served") == true).Text("name")!;
        client.Discovery.Invalidate();
        var kind = new GroupVersionKind(spec.Text("group")!, version, (string)spec.At("names", "kind")!);
        return await client.Discovery.FindAsync(kind, cancellationToken).ConfigureAwait(false) is not null;
    }

    private IReadOnlyList<JsonMap> DefinitionsOf(IEnumerable<Type> kinds) => DefinitionsOf(kinds, types);

    private static ObjectKey KeyOf(JsonMap definition) => new(null, (string)definition.At("metadata", "name")!); // The generator names every definition.

    private bool IsApplied(JsonMap definition, RawObject live) =>
        ManagedEntry.Applied(live, Manager) is { } owned
        && AppliedFields.FirstDifference(new JsonMap { ["spec"] = definition["spec"] }, live.ToMap(), owned) is null;

    private async Task<bool> ApplyAsync(ObjectKey key, JsonMap definition, CancellationToken cancellationToken)
    {
        var live = await client.FindAsync(Resource, key, null, cancellationToken).ConfigureAwait(false);
        if (live is not null && IsApplied(definition, live))
        {
            return true;
        }

        await client.ApplyAsync(Resource, key, definition, Manager, force: true, null, cancellationToken).ConfigureAwait(false);
        LogApplied(logger, key.Name);
        return true;
    }

    private async Task<bool> IsEstablishedAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var live = await client.GetAsync(Resource, key, null, cancellationToken).ConfigureAwait(false);
        var conditions = live.ToMap().Map("status")?.List("conditions")?.Maps ?? [];
        return conditions.Any(c => c.Text("type") == "Established" && c.Text("status") == "True");
    }

    private async Task RepeatAsync(ObjectKey key, Func<Task<bool>> step, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5), new Random(0));
        while (true)
        {
            try
            {
                if (await step().ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is TransportException { IsTransient: true } or ApiException { IsTransient: true } or ApiException { Code: 403 or 409 })
            {
                waits?.Invoke($"the definition {key.Name} cannot be applied: {exception.Message}");
                LogFailed(logger, exception, key.Name);
            }

            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(FrameworkEventIds.DefinitionApplied, LogLevel.Information, "Applied the definition {Definition}")]
    private static partial void LogApplied(ILogger logger, string definition);

    [LoggerMessage(FrameworkEventIds.DefinitionFailed, LogLevel.Warning, "The definition {Definition} could not be applied; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string definition);
}
