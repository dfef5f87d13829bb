using System.Globalization;
using Ahoi.Api.Objects;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Requests;

/// <content>Everything that is not an object: any path, and logs.</content>
public sealed partial class ApiClient
{
    /// <summary>Sends any request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, with its leading slash and its query.</param>
    /// <param name="body">The body, or <see langword="null"/>.</param>
    /// <param name="contentType">The body's media type.</param>
    /// <param name="accept">The media types to ask for.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer of a request that succeeded.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<RawResponse> RequestAsync(
        HttpMethod method,
        string path,
        RequestBody? body = null,
        string contentType = MediaTypes.Json,
        string accept = MediaTypes.Json,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw new ArgumentException("A path begins with a slash.", nameof(path));
        }

        var draft = new RequestDraft(method, path) { Body = body, ContentType = contentType, Accept = accept };
        var response = await SendAsync(draft, cancellationToken).ConfigureAwait(false);
        await using (response.ConfigureAwait(false))
        {
            var bytes = await response.ReadAllAsync().ConfigureAwait(false);
            return new((int)response.Message.StatusCode, response.Message.Content.Headers.ContentType?.MediaType, bytes);
        }
    }

    /// <summary>Opens a container's log.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="options">Which part of the log.</param>
    /// <param name="cancellationToken">Ends the opening, and later the reading.</param>
    /// <returns>The log; whoever opens it disposes of it.</returns>
    /// <exception cref="Api.Errors.ApiException">The server refused.</exception>
    /// <exception cref="TransportException">The server did not answer.</exception>
    public async Task<Stream> OpenLogAsync(ObjectKey pod, LogOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var path = new RequestPath(new("", "v1", "pods"), pod.Namespace, pod.Name, "log")
            .Add("container", options.Container)
            .Add("follow", options.Follow)
            .Add("previous", options.Previous)
            .Add("timestamps", options.Timestamps)
            .Add("tailLines", options.TailLines)
            .Add("sinceSeconds", options.Since is { } since ? Math.Max(1, (long)Math.Ceiling(since.TotalSeconds)) : null)
            .Add("sinceTime", options.SinceTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .Add("limitBytes", options.LimitBytes);
        var draft = new RequestDraft(HttpMethod.Get, path.ToString())
        {
            Accept = "*/*",
            IsEndless = options.Follow,
            IdleLimit = options.Follow ? Timeout.InfiniteTimeSpan : null,
        };
        return new ApiResponseStream(await SendAsync(draft, cancellationToken).ConfigureAwait(false));
    }
}
