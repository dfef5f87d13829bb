using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Namespaces;

/// <summary>
/// Ends namespaces: deletes what is in them, pods first, says on the namespace what is left, and lets it go when nothing is.
/// </summary>
internal static class NamespaceController
{
    private const string Finalizer = "kubernetes";
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(10);

    public static async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var description = Description.KeepingChildren();
        var finalizers = value.Map("spec")?.List("finalizers")?.Texts.ToList() ?? [];
        if (context.Raw.DeletionTimestamp is not { } since || !finalizers.Contains(Finalizer))
        {
            return description;
        }

        var content = new NamespaceContent();
        await DeleteAllAsync(context.Client, context.Raw.Name, content, cancellationToken).ConfigureAwait(false);
        var status = value.Map("status")?.DeepClone() ?? [];
        status["phase"] = "Terminating";
        status["conditions"] = content.Conditions(status.List("conditions"), context.Time.GetUtcNow());
        await context.Writes.WriteStatusAsync(context.Raw, status, cancellationToken).ConfigureAwait(false);
        if (!content.IsGone)
        {
            // Nothing says when the last of all kinds goes. The longer it takes, the less often it is asked.
            var waited = (context.Time.GetUtcNow() - since) / 4;
            return description.LookAgainAfter(waited < Soonest ? Soonest : waited > Latest ? Latest : waited);
        }

        finalizers.Remove(Finalizer);
        await FinalizeAsync(context, finalizers, cancellationToken).ConfigureAwait(false);
        return description;
    }

    private static async Task DeleteAllAsync(ApiClient client, string name, NamespaceContent content, CancellationToken cancellationToken)
    {
        client.Discovery.Invalidate();
        var catalog = await client.Discovery.GetAsync(cancellationToken).ConfigureAwait(false);
        content.FailedGroups.AddRange(catalog.FailedGroupVersions);
        var resources = catalog.Resources
            .Where(r => r.Namespaced && r.Verbs.Contains("list") && r.Verbs.Contains("delete"))
            .DistinctBy(r => (r.Resource.Group, r.Resource.Resource))
            .OrderByDescending(IsPods);
        foreach (var resource in resources)
        {
            try
            {
                await DeleteAsync(client, resource, name, content, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException exception) when (exception.Code is 404 or 405)
            {
                // Its definition has gone meanwhile, and with it what was of it.
            }
            catch (ApiException exception)
            {
                content.Failures.Add(exception.Message);
            }

            if (IsPods(resource) && !content.IsGone)
            {
                return; // What pods may still need stays until they have ended (ordered namespace deletion, since Kubernetes 1.34).
            }
        }

        static bool IsPods(ApiResource resource) => resource.Resource is { Group: "", Resource: "pods" };
    }

    private static async Task DeleteAsync(ApiClient client, ApiResource resource, string name, NamespaceContent content, CancellationToken cancellationToken)
    {
        var there = await ListAsync(client, resource, name, cancellationToken).ConfigureAwait(false);
        if (there.Count == 0)
        {
            return;
        }

        if (resource.Verbs.Contains("deletecollection"))
        {
            await client.DeleteCollectionAsync(resource.Resource, name, new(), new() { PropagationPolicy = "Background" }, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            foreach (var item in there)
            {
                await client.DeleteAsync(resource.Resource, item.Key, new() { Uid = item.Uid, PropagationPolicy = "Background" }, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var item in await ListAsync(client, resource, name, cancellationToken).ConfigureAwait(false))
        {
            content.Note(resource.Resource, item);
        }
    }

    private static async Task<List<RawObject>> ListAsync(ApiClient client, ApiResource resource, string name, CancellationToken cancellationToken)
    {
        var items = new List<RawObject>();
        await foreach (var page in client.ListPagesAsync(resource.Resource, name, new() { MetadataOnly = true }, cancellationToken).ConfigureAwait(false))
        {
            items.AddRange(page.Items);
        }

        return items;
    }

    private static async Task FinalizeAsync(ReconcileContext context, List<string> finalizers, CancellationToken cancellationToken)
    {
        var live = await context.Client.FindAsync(Namespaces, context.Key, null, cancellationToken).ConfigureAwait(false);
        if (live is null || live.Uid != context.Raw.Uid)
        {
            return;
        }

        var map = live.ToMap();
        map.EnsureMap("spec")["finalizers"] = new JsonList(finalizers);
        await context.Client.ReplaceAsync(Namespaces, live.Key, RequestBody.FromMap(map), new() { Subresource = "finalize" }, cancellationToken).ConfigureAwait(false);
    }
}
