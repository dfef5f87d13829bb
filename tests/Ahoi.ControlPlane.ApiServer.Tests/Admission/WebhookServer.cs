using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ahoi.Api.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.Tests.Admission;

/// <summary>A real HTTPS server that answers reviews, with a certificate of an authority of its own.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebhookServer(WebApplication application, string bundle) => (_application, Bundle) = (application, bundle);

    /// <summary>Gets the authority, as a clientConfig has it.</summary>
    public string Bundle { get; }

    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Gets a clientConfig that names the server by its URL.</summary>
    public string ByUrl => $$"""{"url":"https://localhost:{{Port}}/review","caBundle":"{{Bundle}}"}""";

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Makes an answer of a review; a text is sent as it is, <see langword="null"/> breaks the connection off.</param>
    public static async Task<WebhookServer> StartAsync(Func<JsonMap, Task<object?>> answer)
    {
        var (certificate, bundle) = MakeCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate)));
        var application = builder.Build();
        application.MapPost("/review", async (HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            switch (await answer(JsonTree.ParseMap(body.ToArray())))
            {
                case JsonMap map:
                    http.Response.ContentType = "application/json";
                    await http.Response.WriteAsync(map.ToString());
                    break;
                case string text:
                    await http.Response.WriteAsync(text);
                    break;
                default:
                    http.Abort();
                    break;
            }
        });
        await application.StartAsync();
        return new(application, bundle);
    }

    public static Task<WebhookServer> StartAsync(Func<JsonMap, JsonMap> respond) =>
        StartAsync(review => Task.FromResult<object?>(Answer(review, respond(review.Map("request")!))));

    /// <summary>Makes an answer with the question's uid.</summary>
    public static JsonMap Answer(JsonMap review, JsonMap response)
    {
        response["uid"] = review.Map("request")!.Text("uid");
        return new() { ["kind"] = "AdmissionReview", ["apiVersion"] = review.Text("apiVersion"), ["response"] = response };
    }

    public static JsonMap Allow(string? patch = null)
    {
        var response = new JsonMap { ["allowed"] = true };
        if (patch is not null)
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch));
        }

        return response;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static (X509Certificate2 Certificate, string Bundle) MakeCertificate()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=test authority", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=webhook", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("hook.default.svc");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(root, DateTimeOffset.UtcNow.AddMinutes(-4), DateTimeOffset.UtcNow.AddHours(20), [1, 2, 3]);
        var certificate = X509CertificateLoader.LoadPkcs12(signed.CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12), null);
        return (certificate, Convert.ToBase64String(Encoding.ASCII.GetBytes(root.ExportCertificatePem())));
    }
}
