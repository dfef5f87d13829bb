using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Previews.Tests.Git;

/// <summary>git's own server program behind TLS of a private authority and a password.</summary>
internal sealed class HttpsGitServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly TestRepository _repository;
    private readonly string _login;
    private int _requests;

    private HttpsGitServer(WebApplication application, TestRepository repository, string authority, string login)
    {
        (_application, _repository, Authority) = (application, repository, authority);
        _login = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}";
    }

    /// <summary>Gets the URL of the repository, without a password.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Gets the authority's certificate as PEM.</summary>
    public string Authority { get; }

    /// <summary>Gets or sets where requests are sent instead of being answered.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>Gets how many requests came.</summary>
    public int Requests => _requests;

    public static async Task<HttpsGitServer> StartAsync(TestRepository repository, string login)
    {
        var (authority, certificate) = Certificates();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var server = new HttpsGitServer(builder.Build(), repository, authority, login);
        server._application.Run(server.AnswerAsync);
        await server._application.StartAsync();
        var address = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Url = $"{address}/shop.git";
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static (string Authority, X509Certificate2 Server) Certificates()
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid()}", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = request.CreateSelfSigned(from, from.AddDays(30));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        request = new("CN=git", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, from, from.AddDays(29), RandomNumberGenerator.GetBytes(8));
        return (authority.ExportCertificatePem(), issued.CopyWithPrivateKey(key));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (RedirectTo is not null)
        {
            context.Response.Redirect(RedirectTo + context.Request.Path + context.Request.QueryString);
            return;
        }

        if (context.Request.Headers.Authorization != _login)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }

        // What RFC 3875 says of the environment of such a program.
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = Path.Combine(_repository.Folder, ".git");
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_PROTOCOL"] = context.Request.Headers["Git-Protocol"].ToString();
        start.Environment["PATH_INFO"] = context.Request.Path.Value!["/shop.git".Length..];
        start.Environment["QUERY_STRING"] = context.Request.QueryString.Value!.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = context.Request.Method;
        start.Environment["CONTENT_TYPE"] = context.Request.ContentType ?? "";
        start.Environment["CONTENT_LENGTH"] = context.Request.ContentLength?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
        using var backend = Process.Start(start)!;
        await context.Request.Body.CopyToAsync(backend.StandardInput.BaseStream);
        backend.StandardInput.Close();
        using var output = new MemoryStream();
        await backend.StandardOutput.BaseStream.CopyToAsync(output);
        await backend.WaitForExitAsync();

        var all = output.ToArray();
        var end = all.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.ASCII.GetString(all, 0, end).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name == "Status")
            {
                context.Response.StatusCode = int.Parse(value[..3], System.Globalization.CultureInfo.InvariantCulture);
            }
            else
            {
                context.Response.Headers[name] = value;
            }
        }

        await context.Response.Body.WriteAsync(all.AsMemory(end + 4));
    }
}
