using System.Net;
using System.Text.RegularExpressions;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ahoi.Previews.Hooks;

/// <summary>Listens for webhooks, where the administrator says so.</summary>
internal sealed partial class HookService(IOptions<PreviewsOptions> options, HookEndpoint endpoint, HookReceiver receiver, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    /// <summary>The most that a body may have. GitHub sends 25 MB at most; what is larger than this is found by polling.</summary>
    public const int BodyLimit = 10 << 20;

    /// <summary>How many bodies of more than 1 MiB, or of a length that is not said, are taken at the same time.</summary>
    public const int LargeBodies = 4;

    /// <summary>What any connection may have in memory before it has shown that it knows a secret.</summary>
    private const int SmallBody = 1 << 20;

    // Signatures are of whole bodies, so that anybody can make the operator keep one: few large ones at a time.
    private readonly SemaphoreSlim _large = new(LargeBodies);
    private readonly ILogger _logger = loggers.CreateLogger("Ahoi.Previews.Hooks");
    private WebApplication? _application;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.WebhookListen is not { } given)
        {
            return;
        }

        if (!IPEndPoint.TryParse(given, out var listen))
        {
            throw new ArgumentException($"WebhookListen is '{given}' and must be an address and a port, as in 127.0.0.1:8082.");
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Limits.MaxRequestBodySize = BodyLimit;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(listen, l => l.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
        try
        {
            await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new IOException($"Webhooks cannot be taken at {listen}, which WebhookListen says: {exception.Message}", exception);
        }

        endpoint.Address = new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()); // Kestrel listens, so there is one.
        LogListening(_logger, endpoint.Address);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _application?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.DisposeAsync().ConfigureAwait(false);
        }

        _large.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HookAnswer answer;
        try
        {
            answer = await JudgeAsync(context).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            answer = new(exception.StatusCode, exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"The body has more than {BodyLimit >> 20} MiB; the branch is found by the next poll."
                : "The request cannot be read.");
        }
        catch (Exception exception) when (exception is Ahoi.Api.Errors.ApiException or Ahoi.Client.Transport.TransportException)
        {
            LogFailed(_logger, exception);
            answer = new(503, "The cluster does not answer; call again.");
        }

        context.Response.StatusCode = answer.Code;
        context.Response.ContentType = "application/json";
        if (answer.Code == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers.Allow = "POST";
        }

        if (answer.Code == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "10";
        }

        await context.Response.WriteAsync(new JsonMap { ["message"] = answer.Message } + "\n", context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<HookAnswer> JudgeAsync(HttpContext context)
    {
        if (PathOf().Match(context.Request.Path) is not { Success: true } path)
        {
            return new(404, "Webhooks are taken at /hooks/NAMESPACE/NAME, with those of the PreviewApp.");
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return new(405, "Webhooks are called with POST.");
        }

        if (context.Request.ContentLength <= SmallBody)
        {
            return await ReceiveAsync(context, path).ConfigureAwait(false);
        }

        if (!await _large.WaitAsync(TimeSpan.Zero, context.RequestAborted).ConfigureAwait(false))
        {
            return new(503, "Several large webhooks are being taken; call again.");
        }

        try
        {
            return await ReceiveAsync(context, path).ConfigureAwait(false);
        }
        finally
        {
            _large.Release();
        }
    }

    private async Task<HookAnswer> ReceiveAsync(HttpContext context, Match path)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        var headers = context.Request.Headers;
        return await receiver.ReceiveAsync(
            new ObjectKey(path.Groups["space"].Value, path.Groups["name"].Value),
            new(name => headers.TryGetValue(name, out var values) ? values.ToString() : null, body.GetBuffer().AsMemory(0, (int)body.Length)),
            context.RequestAborted).ConfigureAwait(false);
    }

    [GeneratedRegex("^/hooks/(?<space>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)/(?<name>[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)/?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PathOf();

    [LoggerMessage(1, LogLevel.Information, "Webhooks are taken at {Address}hooks/NAMESPACE/NAME")]
    private static partial void LogListening(ILogger logger, Uri address);

    [LoggerMessage(2, LogLevel.Warning, "A webhook could not be taken")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
