using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>The scale of whatever an autoscaler scales: any kind with the subresource <c>scale</c>.</summary>
internal sealed class ScaleTarget
{
    private const int Tries = 5;
    private readonly ApiClient _client;
    private readonly GroupVersionResource _resource;
    private readonly ObjectKey _key;
    private RawObject _scale;

    private ScaleTarget(ApiClient client, GroupVersionResource resource, ObjectKey key, RawObject scale)
    {
        (_client, _resource, _key, _scale) = (client, resource, key, scale);
        var value = scale.ToMap();
        Replicas = value.At("spec", "replicas") as long? ?? 0;
        Selector = value.At("status", "selector") as string ?? "";
    }

    /// <summary>Gets how many replicas there should be.</summary>
    public long Replicas { get; }

    /// <summary>Gets what selects its pods.</summary>
    public string Selector { get; }

    /// <summary>Reads the scale that a reference names.</summary>
    /// <exception cref="MetricFaultException">There is no such kind.</exception>
    /// <exception cref="ApiException">There is no such object, or it has no scale.</exception>
    public static async Task<ScaleTarget> ReadAsync(ApiClient client, string? @namespace, JsonMap reference, CancellationToken cancellationToken)
    {
        var (version, kind) = (reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "");
        var group = version.Contains('/', StringComparison.Ordinal) ? version[..version.IndexOf('/', StringComparison.Ordinal)] : "";
        var resource = await FindAsync(client, group, kind, cancellationToken).ConfigureAwait(false);
        if (resource is null)
        {
            // Its definition may be newer than what is known of the server.
            client.Discovery.Invalidate();
            resource = await FindAsync(client, group, kind, cancellationToken).ConfigureAwait(false)
                ?? throw new MetricFaultException($"no matches for kind \"{kind}\" in group \"{group}\"");
        }

        var key = new ObjectKey(@namespace, reference.Text("name") ?? "");
        return new(client, resource.Resource, key, await GetAsync(client, resource.Resource, key, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Says how many replicas there should be. Somebody else's change of that number is not written over.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task WriteAsync(long replicas, string manager, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            var wanted = _scale.ToMap();
            wanted.EnsureMap("spec")["replicas"] = replicas;
            try
            {
                await _client.ReplaceAsync(_resource, _key, RequestBody.FromMap(wanted), new() { Subresource = "scale", FieldManager = manager }, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiException exception) when (exception.Reason == StatusReason.Conflict && tried < Tries)
            {
                // Mostly it is its own controller that has written the target's status.
                _scale = await GetAsync(_client, _resource, _key, cancellationToken).ConfigureAwait(false);
                if ((_scale.ToMap().At("spec", "replicas") as long? ?? 0) != Replicas)
                {
                    throw;
                }
            }
        }
    }

    private static Task<RawObject> GetAsync(ApiClient client, GroupVersionResource resource, ObjectKey key, CancellationToken cancellationToken) =>
        client.GetAsync(resource, key, new() { Subresource = "scale" }, cancellationToken);

    private static async Task<ApiResource?> FindAsync(ApiClient client, string group, string kind, CancellationToken cancellationToken)
    {
        var catalog = await client.Discovery.GetAsync(cancellationToken).ConfigureAwait(false);
        var all = catalog.Resources.Where(r => r.Type.Group == group && r.Type.Kind == kind).ToList();
        return all.Find(r => r.Subresources.Contains("scale")) ?? all.FirstOrDefault();
    }
}
