using System.Net;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;
using Ahoi.Client.Requests;
using Ahoi.Models.Typed;
using k8s;
using k8s.Autorest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ahoi.Models.Tests;

public sealed class TypedKubernetesTests
{
    [Fact]
    public async Task Read_OverOurConnection_CarriesOurCredentials()
    {
        await using var app = await StartAsync(context => context.Response.WriteAsync(
            $$$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"who":"{{{context.Request.Headers.Authorization}}}"}}"""));
        using var client = Client(app);
        using var typed = new TypedKubernetes(client);

        var map = await typed.CoreV1.ReadNamespacedConfigMapAsync("a", "n", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("Bearer t", map.Data["who"]);
    }

    [Fact]
    public async Task List_StalledBody_EndsOnTimeOutAndOnCancellation()
    {
        await using var app = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("""{"kind":"PodList","items":[""");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var client = Client(app, new() { TotalTimeout = TimeSpan.FromMilliseconds(300) });
        using var patient = Client(app);
        using var typed = new TypedKubernetes(client);
        using var patientTyped = new TypedKubernetes(patient);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => typed.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patientTyped.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: cancel.Token)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Read_Refused_IsTheOfficialException()
    {
        await using var app = await StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("{}");
        });
        using var client = Client(app);
        using var typed = new TypedKubernetes(client);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(
            () => typed.CoreV1.ReadNamespacedPodAsync("a", "n", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.NotFound, refusal.Response.StatusCode);
    }

    [Fact]
    public async Task List_AsWatch_IsRefusedWithTheWayToGo()
    {
        await using var app = await StartAsync(context => context.Response.StartAsync());
        using var client = Client(app);
        using var typed = new TypedKubernetes(client);

        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => typed.CoreV1.ListPodForAllNamespacesWithHttpMessagesAsync(
            watch: true, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("WatchAsync", refusal.Message, StringComparison.Ordinal);
    }

    private static ApiClient Client(WebApplication app, ApiClientOptions? options = null) =>
        new(new ApiConnection { Server = new(app.Urls.First()), Credentials = FixedCredential.Token("t") }, options);

    private static async Task<WebApplication> StartAsync(Func<HttpContext, Task> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(context => script(context));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
