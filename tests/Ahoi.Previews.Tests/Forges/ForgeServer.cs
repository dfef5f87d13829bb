using System.Collections.Concurrent;
using System.Net;
using Ahoi.Api.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Previews.Tests.Forges;

/// <summary>A forge that keeps statuses and comments, as the APIs of GitHub, Gitea and GitLab document it.</summary>
internal sealed class ForgeServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Lock _gate = new();
    private long _number = 100;

    private ForgeServer(WebApplication application) => _application = application;

    public string Url { get; private set; } = "";

    public int Port => new Uri(Url).Port;

    /// <summary>Gets every request, as method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Gets the statuses: commit and body.</summary>
    public ConcurrentQueue<(string Commit, JsonMap Body)> Statuses { get; } = new();

    /// <summary>Gets the comments by their number.</summary>
    public SortedDictionary<long, string> Comments { get; } = [];

    /// <summary>Gets or sets what is answered instead of doing anything.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    public static async Task<ForgeServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var server = new ForgeServer(builder.Build());
        server._application.Run(server.AnswerAsync);
        await server._application.StartAsync();
        server.Url = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        Requests.Enqueue($"{context.Request.Method} {path}");
        if (Instead is { } instead && await instead(context))
        {
            return;
        }

        var isGitLab = path.StartsWith("/api/v4/projects/acme%2Fshop/", StringComparison.Ordinal);
        var right = isGitLab ? context.Request.Headers["PRIVATE-TOKEN"] == "t0ken" : context.Request.Headers.Authorization.ToString() is "Bearer t0ken" or "token t0ken";
        if (!right)
        {
            context.Response.StatusCode = 401;
            return;
        }

        using var stream = new MemoryStream();
        await context.Request.Body.CopyToAsync(stream);
        var body = stream.Length == 0 ? [] : JsonTree.ParseMap(stream.ToArray());
        var parts = path.Split('?')[0].Split('/');
        var (code, answer) = Do(context.Request.Method, parts, isGitLab, body);
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonTree.ToText(answer));
    }

    private (int Code, object Answer) Do(string method, string[] parts, bool isGitLab, JsonMap body)
    {
        lock (_gate)
        {
            if (method == "POST" && parts[^2] == "statuses")
            {
                // A commit has each state once at GitLab.
                if (isGitLab && Statuses.LastOrDefault(s => s.Commit == parts[^1]).Body?.Text("state") == body.Text("state"))
                {
                    return (400, new JsonMap { ["message"] = "Cannot transition status via :run from :running" });
                }

                Statuses.Enqueue((parts[^1], body));
                return (201, new JsonMap { ["id"] = ++_number });
            }

            var comments = isGitLab ? "notes" : "comments";
            switch (method)
            {
                case "GET" when parts[^1] == comments:
                    return (200, new JsonList(Comments.Select(c => (object?)new JsonMap { ["id"] = c.Key, ["body"] = c.Value })));
                case "POST" when parts[^1] == comments && parts[^2] == "42" && parts[^3] == (isGitLab ? "merge_requests" : "issues"):
                    Comments[++_number] = body.Text("body")!;
                    return (201, new JsonMap { ["id"] = _number });
                case "PATCH" or "PUT" when parts[^2] == comments && method == (isGitLab ? "PUT" : "PATCH") && Comments.ContainsKey(long.Parse(parts[^1])):
                    Comments[long.Parse(parts[^1])] = body.Text("body")!;
                    return (200, new JsonMap { ["id"] = long.Parse(parts[^1]) });
                default:
                    return (404, new JsonMap { ["message"] = "Not Found" });
            }
        }
    }
}
