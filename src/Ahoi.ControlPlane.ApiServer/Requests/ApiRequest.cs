using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Wire;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>A request for a resource, on its way through the server.</summary>
internal sealed class ApiRequest(HttpContext http, RequestInfo info, RequestQuery query, UserInfo user, ServedResource resource)
{
    private List<string>? _warnings;

    public HttpContext Http => http;

    public RequestInfo Info => info;

    public RequestQuery Query => query;

    public UserInfo User => user;

    public ServedResource Resource => resource;

    /// <summary>Gets the subresource, or <see langword="null"/> for the resource itself.</summary>
    public ServedSubresource? Subresource { get; init; }

    /// <summary>Gets the verb, as authorization names it.</summary>
    public string Verb => info.Verb;

    /// <summary>Gets the namespace, or the empty string.</summary>
    public string Namespace => info.Namespace;

    public string Name => info.Name;

    public AnswerForm Form { get; init; }

    public required DateTimeOffset Now { get; init; }

    public CancellationToken Aborted => http.RequestAborted;

    public IReadOnlyList<string> Warnings => _warnings ?? [];

    /// <summary>Tells the client something that does not keep the request from succeeding.</summary>
    public void Warn(string text)
    {
        _warnings ??= [];
        if (!_warnings.Contains(text))
        {
            _warnings.Add(text);
        }
    }
}
