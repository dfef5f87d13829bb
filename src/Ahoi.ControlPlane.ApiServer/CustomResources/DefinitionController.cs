using System.Collections.Concurrent;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Webhooks;
using Ahoi.ControlPlane.ApiServer.Wire;
using Ahoi.ControlPlane.ApiServer.Writing;
using Ahoi.ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Follows the definitions of custom resources: accepts their names, establishes and serves them, and empties those that
/// are being deleted. One loop; what it does it does again after a restart.
/// </summary>
/// <param name="parts">What the server's handlers share.</param>
/// <param name="clients">Speak with the webhooks that convert.</param>
internal sealed partial class DefinitionController(ServerParts parts, WebhookClients clients) : IAsyncDisposable
{
    /// <summary>What the keys of definitions start with.</summary>
    public const string Prefix = "/registry/apiextensions.k8s.io/customresourcedefinitions/";

    /// <summary>How long to wait when following the store fails again and again.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>The manager under which the server writes what it owns of a definition.</summary>
    private const string Manager = "kube-apiserver";

    private readonly CustomResourceFactory _factory = new(clients, parts.Time);
    private readonly ObjectDeleter _deleter = new(parts);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, StoredValue> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServedDefinition> _served = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _emptying = new(StringComparer.Ordinal);
    private Task _loop = Task.CompletedTask;

    /// <summary>Serves what is defined, then follows changes.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When everything stored is served.</returns>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(await LoadAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var task in _emptying.Values)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stopping.Dispose();
    }

    [LoggerMessage(ServerEventIds.DefinitionFailed, LogLevel.Error, "Serving the custom resource definition {Key} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string key);

    [LoggerMessage(ServerEventIds.DefinitionsLost, LogLevel.Warning, "Following the custom resource definitions failed; they are listed anew")]
    private static partial void LogLost(ILogger logger, Exception exception);

    // Ends with the server alone: whatever the store answers, definitions are listed anew and followed from there.
    private async Task RunAsync(long revision)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                if (failures > 0)
                {
                    await Task.Delay(failures == 1 ? TimeSpan.Zero : RetryDelay, parts.Time, _stopping.Token).ConfigureAwait(false);
                    revision = await LoadAsync(_stopping.Token).ConfigureAwait(false);
                }

                await foreach (var batch in parts.Store.WatchAsync(Prefix, revision, _stopping.Token).ConfigureAwait(false))
                {
                    failures = 0;
                    await TakeAsync(batch).ConfigureAwait(false);
                }

                failures++;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // Loop boundary: a compaction or a failing disk must not end the serving of definitions for good.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures++;
                LogLost(parts.Logger, exception);
            }
        }
    }

    // Makes what is stored what is known, and serves it.
    private async Task<long> LoadAsync(CancellationToken cancellationToken)
    {
        var page = await parts.Store.ListAsync(Prefix, new(), cancellationToken).ConfigureAwait(false);
        var gone = _definitions.Keys.Except(page.Items.Select(i => i.Key), StringComparer.Ordinal).ToArray();
        _definitions.Clear();
        foreach (var stored in page.Items)
        {
            _definitions[stored.Key] = stored;
        }

        foreach (var key in gone.Concat(page.Items.Select(i => i.Key)))
        {
            await GuardedAsync(key).ConfigureAwait(false);
        }

        return page.Revision;
    }

    private async Task TakeAsync(IReadOnlyList<StoreChange> batch)
    {
        foreach (var change in batch)
        {
            if (change.Current is { } current)
            {
                _definitions[change.Key] = current;
            }
            else
            {
                _definitions.Remove(change.Key);
            }
        }

        foreach (var key in batch.Select(c => c.Key).Distinct(StringComparer.Ordinal))
        {
            await GuardedAsync(key).ConfigureAwait(false);
        }
    }

    private async Task GuardedAsync(string key)
    {
        try
        {
            if (_definitions.TryGetValue(key, out var stored))
            {
                await HandleAsync(stored, _stopping.Token).ConfigureAwait(false);
            }
            else
            {
                await ForgetAsync(key).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Loop boundary: one definition's failure must not keep the others from being served.
        catch (Exception exception) when (exception is not StoreWriteException)
#pragma warning restore CA1031
        {
            LogFailed(parts.Logger, exception, key);
        }
    }

    private async Task HandleAsync(StoredValue stored, CancellationToken cancellationToken)
    {
        var definition = JsonTree.ParseMap(stored.Value.Span);
        if (UpdateStatus(stored.Key, definition))
        {
            Track(stored, definition);

            // The update comes back as a change of its own.
            await parts.Store.UpdateAsync(stored.Key, ObjectEncoder.Encode(definition), stored.Revision, cancellationToken).ConfigureAwait(false);
            if (!DefinitionConditions.IsTrue(definition, DefinitionConditions.Established))
            {
                return;
            }
        }

        if (DefinitionConditions.IsTrue(definition, DefinitionConditions.Established))
        {
            await ServeAsync(stored.Key, definition, cancellationToken).ConfigureAwait(false);
        }

        if (DefinitionDeletion.IsWaiting(definition))
        {
            // The loop alone adds, so looking first is enough.
            if (!_emptying.ContainsKey(stored.Key))
            {
                _emptying[stored.Key] = EmptyAsync(stored.Key, definition);
            }
        }
    }

    // The server owns the status it writes, as any other manager does.
    private void Track(StoredValue stored, JsonMap definition)
    {
        if (parts.Registry.Current.Find("apiextensions.k8s.io", "v1", "customresourcedefinitions") is { } resource)
        {
            Ownership.Of(resource, "status").Update(JsonTree.ParseMap(stored.Value.Span), definition, Manager, parts.Time.GetUtcNow());
        }
    }

    private bool UpdateStatus(string key, JsonMap definition)
    {
        var now = parts.Time.GetUtcNow();
        var group = definition.Map("spec")?.Text("group") ?? "";
        if (definition.Map("metadata")?["deletionTimestamp"] is not null)
        {
            return false;
        }

        if (DefinitionValidator.IsProtectedGroup(group))
        {
            var (status, reason, message) = DefinitionValidator.Approval(definition);
            if (DefinitionConditions.Set(definition, DefinitionConditions.ApprovalPolicyConformant, status, reason, message, now))
            {
                return true;
            }
        }

        var others = _definitions.Where(d => d.Key != key).Select(d => JsonTree.ParseMap(d.Value.Value.Span)).Where(d => d.Map("spec")?.Text("group") == group);
        if (NameAcceptance.Update(definition, others, now))
        {
            return true;
        }

        return DefinitionConditions.IsTrue(definition, DefinitionConditions.NamesAccepted)
            && !DefinitionConditions.IsTrue(definition, DefinitionConditions.Established)
            && DefinitionConditions.Set(definition, DefinitionConditions.Established, "True", "InitialNamesAccepted", "the names are accepted", now);
    }

    private async Task ServeAsync(string key, JsonMap definition, CancellationToken cancellationToken)
    {
        var spec = definition.Map("spec") ?? [];
        var terminating = definition.Map("metadata")?["deletionTimestamp"] is not null;
        var names = definition.Map("status")?.Map("acceptedNames");
        _served.TryGetValue(key, out var before);
        if (before is not null && before.IsTerminating == terminating && JsonTree.Equals(before.Spec, spec) && JsonTree.Equals(before.Names, names))
        {
            return;
        }

        var (group, plural) = (spec.Text("group") ?? "", spec.Map("names")?.Text("plural") ?? "");
        var storage = before is not null && JsonTree.Equals(before.Spec, spec) ? before.Storage : new ResourceStorage(group, plural);
        if (before is not null && !ReferenceEquals(before.Storage, storage))
        {
            // A definition that changed shows its objects in another light: watches begin anew.
            await parts.Feed.DetachAsync(before.Storage, cancellationToken).ConfigureAwait(false);
        }

        if (!ReferenceEquals(before?.Storage, storage))
        {
            await parts.Feed.AttachAsync(storage, cancellationToken).ConfigureAwait(false);
        }

        var converter = before is not null && ReferenceEquals(before.Storage, storage) ? before.Converter : _factory.MakeConverter(spec);
        var resources = CustomResourceFactory.Make(definition, storage, converter);
        _served[key] = new(spec, names, terminating, storage, group, plural, converter);
        if (resources.Count == 0)
        {
            parts.Registry.Remove(group, plural);
        }
        else
        {
            parts.Registry.Set(resources);
        }
    }

    private async Task ForgetAsync(string key)
    {
        _emptying.TryRemove(key, out _);
        if (_served.Remove(key, out var served))
        {
            parts.Registry.Remove(served.Group, served.Plural);
            await parts.Feed.DetachAsync(served.Storage, _stopping.Token).ConfigureAwait(false);
        }

        // The names are free: others of the group may have waited for them.
        var group = key[(key.IndexOf('.', Prefix.Length) + 1)..];
        foreach (var other in _definitions.Where(d => d.Key.EndsWith("." + group, StringComparison.Ordinal)).ToArray())
        {
            await HandleAsync(other.Value, _stopping.Token).ConfigureAwait(false);
        }
    }

    private async Task EmptyAsync(string key, JsonMap definition)
    {
        await Task.Yield();
        var prefix = new ResourceStorage(definition.Map("spec")?.Text("group") ?? "", definition.At("spec", "names", "plural") as string ?? "").Prefix;
        while (true)
        {
            try
            {
                await EmptyAsync(key, prefix, _stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (RevisionExpiredException)
            {
                // The wait was outrun by a compaction: look again.
            }
#pragma warning disable CA1031 // Task boundary: the failure is logged, and tried again; the definition says what it waits for.
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(parts.Logger, exception, key);
                await Task.Delay(RetryDelay, parts.Time, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task EmptyAsync(string key, string prefix, CancellationToken cancellationToken)
    {
        await ChangeAsync(key, d => { DefinitionConditions.Set(d, DefinitionConditions.Terminating, "True", "InstanceDeletionInProgress", "the objects of this kind are being deleted", parts.Time.GetUtcNow()); return false; }, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var page = await parts.Store.ListAsync(prefix, new(), cancellationToken).ConfigureAwait(false);
            if (page.Items.Count == 0)
            {
                break;
            }

            if (parts.Registry.Current.All.FirstOrDefault(r => r.Storage?.Prefix == prefix) is { } resource)
            {
                foreach (var stored in page.Items)
                {
                    await _deleter.DeleteAsync(resource, stored.Key, stored.Key[(stored.Key.LastIndexOf('/') + 1)..], new(), parts.Time.GetUtcNow(), _ => ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
                }
            }

            await WaitForChangeAsync(prefix, page.Revision, cancellationToken).ConfigureAwait(false);
        }

        await ChangeAsync(key, d => DefinitionDeletion.Finish(d, parts.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitForChangeAsync(string prefix, long revision, CancellationToken cancellationToken)
    {
        await foreach (var batch in parts.Store.WatchAsync(prefix, revision, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Any(c => c.Current is null))
            {
                return;
            }
        }
    }

    // Changes a definition, or deletes it where the change says so.
    private async Task ChangeAsync(string key, Func<JsonMap, bool> change, CancellationToken cancellationToken)
    {
        for (var stored = await parts.Store.GetAsync(key, cancellationToken).ConfigureAwait(false); stored is not null;)
        {
            var definition = JsonTree.ParseMap(stored.Value.Span);
            var delete = change(definition);
            Track(stored, definition);
            var outcome = delete
                ? await parts.Store.DeleteAsync(key, stored.Revision, cancellationToken).ConfigureAwait(false)
                : await parts.Store.UpdateAsync(key, ObjectEncoder.Encode(definition), stored.Revision, cancellationToken).ConfigureAwait(false);
            if (outcome.Succeeded)
            {
                return;
            }

            stored = outcome.Current;
        }
    }

    private sealed record ServedDefinition(JsonMap Spec, JsonMap? Names, bool IsTerminating, ResourceStorage Storage, string Group, string Plural, IVersionConverter Converter);
}
