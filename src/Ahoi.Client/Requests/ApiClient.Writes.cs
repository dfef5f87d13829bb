using Ahoi.Api.Objects;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Requests;

/// <content>Creating, changing and deleting.</content>
public sealed partial class ApiClient
{
    private static readonly WriteOptions DefaultWrite = new();

    /// <summary>Creates an object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="namespace">Its namespace, or <see langword="null"/> for a cluster-scoped resource.</param>
    /// <param name="body">The object.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Ends the request; whether it was carried out is then open.</param>
    /// <returns>The object as it was stored.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 409 where the name is taken.</exception>
    /// <exception cref="TransportException">The server did not answer; whether the request was carried out is open.</exception>
    public Task<RawObject> CreateAsync(
        GroupVersionResource resource, string? @namespace, RequestBody body, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(HttpMethod.Post, new(resource, @namespace), body, MediaTypes.Json, options, cancellationToken);

    /// <summary>Posts to a subresource of an object: a binding, an eviction, a token request.</summary>
    /// <param name="resource">The object's resource.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="subresource">The subresource.</param>
    /// <param name="body">What is posted.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>What the server answers, a Status for example.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public Task<RawObject> CreateSubresourceAsync(
        GroupVersionResource resource, ObjectKey key, string subresource, RequestBody body, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(HttpMethod.Post, new(resource, key.Namespace, key.Name, subresource), body, MediaTypes.Json, options, cancellationToken);

    /// <summary>Replaces an object. It takes the bytes as they are, so that no field gets lost that we do not know.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">Its key.</param>
    /// <param name="body">The object; with a resource version, only that version is replaced.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object as it was stored.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 409 where the object has changed meanwhile.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public Task<RawObject> ReplaceAsync(
        GroupVersionResource resource, ObjectKey key, RequestBody body, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(HttpMethod.Put, new(resource, key.Namespace, key.Name, options?.Subresource), body, MediaTypes.Json, options, cancellationToken);

    /// <summary>Patches an object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">Its key.</param>
    /// <param name="patch">The change.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object as it was stored.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public Task<RawObject> PatchAsync(
        GroupVersionResource resource, ObjectKey key, Patch patch, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(HttpMethod.Patch, new(resource, key.Namespace, key.Name, options?.Subresource), patch.Body, patch.ContentType, options, cancellationToken);

    /// <summary>Applies what one field manager wants of an object, which is created where it does not exist.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">Its key.</param>
    /// <param name="body">The fields this manager wants, with apiVersion, kind and name; with a uid, only that incarnation
    /// is changed.</param>
    /// <param name="fieldManager">Who wants it.</param>
    /// <param name="force">Whether to take fields over from other managers.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object as it was stored.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 409 where another manager wants a field otherwise.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public Task<RawObject> ApplyAsync(
        GroupVersionResource resource,
        ObjectKey key,
        RequestBody body,
        string fieldManager,
        bool force = false,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(fieldManager);
        var path = new RequestPath(resource, key.Namespace, key.Name, options?.Subresource).Add("force", force);
        return WriteAsync(
            HttpMethod.Patch, path, body, Patch.ApplyType, (options ?? DefaultWrite) with { FieldManager = fieldManager }, cancellationToken);
    }

    /// <summary>Deletes an object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">Its key.</param>
    /// <param name="options">How it is deleted.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The object where the server answers it, because it still waits for something or because its kind does so;
    /// else <see langword="null"/>: it is gone.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused; 404 where there is no such object, 409 where a
    /// precondition does not hold.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<RawObject?> DeleteAsync(
        GroupVersionResource resource, ObjectKey key, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var draft = new RequestDraft(HttpMethod.Delete, new RequestPath(resource, key.Namespace, key.Name).ToString())
        {
            Body = options is null ? default(RequestBody?) : RequestBody.FromMap(options.ToJson()),
        };
        var answer = await ObjectAsync(draft, null, cancellationToken).ConfigureAwait(false);
        return answer is { Kind: "Status", ApiVersion: "v1" } ? null : answer;
    }

    /// <summary>Deletes every object a selection has.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="namespace">The namespace, or <see langword="null"/> for a cluster-scoped resource.</param>
    /// <param name="selection">Which objects: its selectors count.</param>
    /// <param name="options">How they are deleted.</param>
    /// <param name="cancellationToken">Ends the request; some objects may be deleted then.</param>
    /// <returns>A task that ends when the server has answered.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task DeleteCollectionAsync(
        GroupVersionResource resource,
        string? @namespace,
        ListOptions selection,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var path = new RequestPath(resource, @namespace)
            .Add("labelSelector", selection.LabelSelector)
            .Add("fieldSelector", selection.FieldSelector);
        var draft = new RequestDraft(HttpMethod.Delete, path.ToString()) { Body = options is null ? default(RequestBody?) : RequestBody.FromMap(options.ToJson()) };
        var response = await SendAsync(draft, cancellationToken).ConfigureAwait(false);
        await using (response.ConfigureAwait(false))
        {
            await response.ReadAllAsync().ConfigureAwait(false);
        }
    }

    private Task<RawObject> WriteAsync(
        HttpMethod method, RequestPath path, RequestBody body, string contentType, WriteOptions? options, CancellationToken cancellationToken)
    {
        options ??= DefaultWrite;
        path.Add("fieldManager", options.FieldManager)
            .Add("dryRun", options.DryRun ? "All" : null)
            .Add("fieldValidation", options.FieldValidation);
        var draft = new RequestDraft(method, path.ToString()) { Body = body, ContentType = contentType };
        return ObjectAsync(draft, options.ManagedFields, cancellationToken);
    }
}
