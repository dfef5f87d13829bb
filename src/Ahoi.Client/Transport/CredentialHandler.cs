using System.Net;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;

namespace Ahoi.Client.Transport;

/// <summary>Says who we are with each request, and once more with new credentials when the server does not believe it.</summary>
internal sealed class CredentialHandler(ApiConnection connection, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Impersonate(request);
        if (connection.Credentials is not { } source)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var credential = await source.GetAsync(null, cancellationToken).ConfigureAwait(false);
        Present(request, credential);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        var next = await source.GetAsync(credential, cancellationToken).ConfigureAwait(false);
        if (ReferenceEquals(next, credential))
        {
            return response;
        }

        response.Dispose();
        Present(request, next);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static void Present(HttpRequestMessage request, Credential credential)
    {
        request.Headers.Remove("Authorization");
        if (credential.Authorization is { } value)
        {
            request.Headers.TryAddWithoutValidation("Authorization", value);
        }

        if (credential.ClientCertificate is { } certificate)
        {
            request.Options.Set(SocketTransport.ClientCertificate, certificate);
        }
    }

    private void Impersonate(HttpRequestMessage request)
    {
        if (connection.Impersonation is not { } other)
        {
            return;
        }

        Add("Impersonate-User", other.User);
        if (other.Uid is { } uid)
        {
            Add("Impersonate-Uid", uid);
        }

        foreach (var group in other.Groups)
        {
            Add("Impersonate-Group", group);
        }

        foreach (var (name, values) in other.Extra)
        {
            foreach (var value in values)
            {
                Add("Impersonate-Extra-" + Uri.EscapeDataString(name.ToLowerInvariant()), value);
            }
        }

        void Add(string name, string value) => request.Headers.TryAddWithoutValidation(name, value);
    }
}
