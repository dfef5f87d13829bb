using System.Text;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Tests.Transport;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("GET", "/api/v1/pods?limit=500", "list", "pods", null, null, "/api/v1/pods")]
    [InlineData("GET", "/api/v1/namespaces/a/pods?watch=true", "watch", "pods", "a", null, "/api/v1/namespaces/{namespace}/pods")]
    [InlineData("GET", "/api/v1/namespaces/a/pods/b/log", "get", "pods/log", "a", "b", "/api/v1/namespaces/{namespace}/pods/{name}/log")]
    [InlineData("GET", "/api/v1/namespaces/a", "get", "namespaces", null, "a", "/api/v1/namespaces/{name}")]
    [InlineData("PUT", "/api/v1/namespaces/a/finalize", "update", "namespaces/finalize", null, "a", "/api/v1/namespaces/{name}/finalize")]
    [InlineData("POST", "/apis/apps/v1/namespaces/a/deployments", "create", "deployments.apps", "a", null, "/apis/apps/v1/namespaces/{namespace}/deployments")]
    [InlineData("PATCH", "/apis/apps/v1/namespaces/a/deployments/b", "apply", "deployments.apps", "a", "b", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}")]
    [InlineData("DELETE", "/apis/apps/v1/namespaces/a/deployments", "deletecollection", "deployments.apps", "a", null, "/apis/apps/v1/namespaces/{namespace}/deployments")]
    [InlineData("GET", "/apis/apps/v1", "get", null, null, null, "/apis/apps/v1")]
    [InlineData("GET", "/version", "get", null, null, null, "/version")]
    public void Of_Request_IsWhatKubernetesCallsIt(string method, string path, string verb, string? resource, string? @namespace, string? name, string template)
    {
        using var request = new HttpRequestMessage(new(method), "https://example.com/k8s/c-1" + path);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        request.Content.Headers.ContentType = new("application/apply-patch+yaml");

        Assert.Equal(new(verb, resource, @namespace, name, template), RequestTarget.Of(request, "/k8s/c-1"));
    }
}
