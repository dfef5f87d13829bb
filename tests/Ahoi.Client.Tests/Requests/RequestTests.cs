using System.Text;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Client.Tests.Servers;
using Ahoi.Client.Transport;
using Microsoft.AspNetCore.Http;

namespace Ahoi.Client.Tests.Requests;

public sealed class RequestTests
{
    private static readonly ObjectKey Key = new("n", "a");

    [Fact]
    public async Task Writes_EveryVerb_SendWhatTheyShould()
    {
        var seen = new List<string>();
        await using var server = await ScriptedServer.StartAsync(context => RecordAsync(context, seen));
        using var client = server.Client();
        var body = new JsonMap { ["a"] = 1 };
        var cancel = TestContext.Current.CancellationToken;

        await client.CreateAsync(Objects.Pods, "n", body, new() { FieldManager = "me", DryRun = true, FieldValidation = "Strict" }, cancel);
        await client.ReplaceAsync(Objects.Things, Key, body, new() { Subresource = "status" }, cancel);
        await client.PatchAsync(Objects.Things, new(null, "a"), Patch.Merge(body), cancellationToken: cancel);
        await client.PatchAsync(Objects.Things, Key, Patch.Json([new JsonMap { ["op"] = "remove" }]), cancellationToken: cancel);
        await client.PatchAsync(Objects.Things, Key, Patch.Strategic(body), cancellationToken: cancel);
        await client.ApplyAsync(Objects.Things, Key, body, "me", force: true, cancellationToken: cancel);
        await client.CreateSubresourceAsync(Objects.Pods, Key, "eviction", body, cancellationToken: cancel);
        await client.DeleteAsync(Objects.Pods, Key, new() { Uid = "u", PropagationPolicy = "Foreground", GracePeriod = TimeSpan.Zero }, cancel);
        await client.DeleteAsync(Objects.Pods, Key, cancellationToken: cancel);
        await client.DeleteCollectionAsync(Objects.Pods, "n", new() { LabelSelector = "x" }, cancellationToken: cancel);

        Assert.Equal(
            [
                """POST /api/v1/namespaces/n/pods?fieldManager=me&dryRun=All&fieldValidation=Strict application/json {"a":1}""",
                """PUT /apis/example.com/v1/namespaces/n/things/a/status application/json {"a":1}""",
                """PATCH /apis/example.com/v1/things/a application/merge-patch+json {"a":1}""",
                """PATCH /apis/example.com/v1/namespaces/n/things/a application/json-patch+json [{"op":"remove"}]""",
                """PATCH /apis/example.com/v1/namespaces/n/things/a application/strategic-merge-patch+json {"a":1}""",
                """PATCH /apis/example.com/v1/namespaces/n/things/a?force=true&fieldManager=me application/apply-patch+yaml {"a":1}""",
                """POST /api/v1/namespaces/n/pods/a/eviction application/json {"a":1}""",
                """DELETE /api/v1/namespaces/n/pods/a application/json {"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u"},"propagationPolicy":"Foreground","gracePeriodSeconds":0}""",
                "DELETE /api/v1/namespaces/n/pods/a  ",
                "DELETE /api/v1/namespaces/n/pods?labelSelector=x  ",
            ],
            seen);
    }

    [Fact]
    public async Task Write_ManagedFieldsFilter_LeavesOutOthersInTheAnswer()
    {
        const string Answer = """{"metadata":{"name":"a","managedFields":[{"manager":"me","operation":"Apply"},{"manager":"you"}]}}""";
        await using var server = await ScriptedServer.StartAsync(context => context.Response.WriteAsync(Answer));
        using var client = server.Client();

        var written = await client.ApplyAsync(
            Objects.Things, Key, new JsonMap(), "me", options: new() { ManagedFields = ManagedFieldsFilter.KeepOnly("me") }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("""{"metadata":{"name":"a","managedFields":[{"manager":"me","operation":"Apply"}]}}""", Encoding.UTF8.GetString(written.Json.Span));
    }

    [Fact]
    public async Task List_Pages_GoOnWithTheToken()
    {
        var seen = new List<string>();
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            seen.Add(context.Request.QueryString.Value!);
            return ScriptedServer.AnswerAsync(context, context.Request.Query.ContainsKey("continue")
                ? """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]}"""
                : """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5","continue":"t/1","remainingItemCount":4},"items":[{"metadata":{"name":"a"}}]}""");
        });
        using var client = server.Client();

        var pages = new List<Client.Lists.ObjectPage>();
        await foreach (var page in client.ListPagesAsync(
            Objects.Pods, options: new() { ResourceVersion = "3", ResourceVersionMatch = "NotOlderThan" }, cancellationToken: TestContext.Current.CancellationToken))
        {
            pages.Add(page);
        }

        Assert.Equal(["?limit=500&resourceVersion=3&resourceVersionMatch=NotOlderThan", "?limit=500&continue=t%2F1"], seen);
        Assert.Equal((2, 4L, "5"), (pages.Count, pages[0].RemainingItemCount, pages[1].ResourceVersion));
        Assert.Equal(("Pod", "v1"), (pages[0].Items[0].Kind, pages[0].Items[0].ApiVersion));
    }

    [Fact]
    public async Task Delete_AnsweredWithStatus_GivesNothing()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            ScriptedServer.AnswerAsync(context, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}"""));
        using var client = server.Client();

        Assert.Null(await client.DeleteAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Get_Refused_CarriesTheServersStatus()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(
            context,
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"Invalid","details":{"causes":[{"reason":"FieldValueInvalid","message":"m","field":"spec.x"}]},"code":422}""",
            422));
        using var client = server.Client();

        var refusal = await Assert.ThrowsAsync<ApiException>(
            () => client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((422, "Invalid", "spec.x"), (refusal.Code, refusal.Reason, refusal.Status.Details!.Causes[0].Field));
    }

    [Fact]
    public async Task Get_AnsweredByAProxy_SaysWhatItSaid()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(context, "<html>bad gateway</html>", 502));
        using var client = server.Client();

        var refusal = await Assert.ThrowsAsync<ApiException>(
            () => client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(502, refusal.Code);
        Assert.True(refusal.IsTransient);
        Assert.Contains("bad gateway", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_NotFound_IsNothing()
    {
        await using var server = await ScriptedServer.StartAsync(context => ScriptedServer.AnswerAsync(context, "{}", 404));
        using var client = server.Client();

        Assert.Null(await client.FindAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("POST", 429, true)]
    [InlineData("GET", 429, true)]
    [InlineData("GET", 503, true)]
    [InlineData("POST", 503, false)]
    public async Task Request_PutOff_IsTriedAgainWhereThatIsSafe(string method, int code, bool again)
    {
        var attempts = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "0";
            return ScriptedServer.AnswerAsync(context, "{}", ++attempts < 3 ? code : 200);
        });
        using var client = server.Client();

        var request = client.RequestAsync(new(method), "/x", (byte[])[(byte)'1'], cancellationToken: TestContext.Current.CancellationToken);

        if (again)
        {
            await request;
        }
        else
        {
            await Assert.ThrowsAsync<ApiException>(() => request);
        }

        Assert.Equal(again ? 3 : 1, attempts);
    }

    [Fact]
    public async Task Request_PutOffForTooLong_IsToldTheCaller()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return ScriptedServer.AnswerAsync(context, "{}", 429);
        });
        using var client = server.Client();

        var refusal = await Assert.ThrowsAsync<ApiException>(
            () => client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TimeSpan.FromHours(1), refusal.RetryAfter);
    }

    [Fact]
    public async Task Request_Warnings_ReachTheHook()
    {
        var warnings = new List<ApiWarning>();
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.Append("Warning", "299 - \"spec.x is \\\"old\\\"\"");
            context.Response.Headers.Append("Warning", "299 - \"second\"");
            return ScriptedServer.AnswerAsync(context, Objects.Pod("a", 1));
        });
        using var client = server.Client(new() { OnWarning = warnings.Add });

        await client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["spec.x is \"old\"", "second"], warnings.Select(w => w.Text));
    }

    [Fact]
    public async Task Request_Impersonation_IsInTheHeaders()
    {
        var headers = "";
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            headers = string.Join(";", context.Request.Headers.Where(h => h.Key.StartsWith("Impersonate", StringComparison.Ordinal)).Select(h => $"{h.Key}={h.Value}"));
            return ScriptedServer.AnswerAsync(context, "{}");
        });
        using var client = server.Client(adapt: c => c with
        {
            Impersonation = new("ada") { Groups = ["g1"], Extra = new Dictionary<string, IReadOnlyList<string>> { ["Scope/x"] = ["s"] } },
        });

        await client.RequestAsync(HttpMethod.Get, "/x", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("Impersonate-User=ada;Impersonate-Group=g1;Impersonate-Extra-scope%2Fx=s", headers);
    }

    [Fact]
    public void Client_SeveralImpersonatedGroups_AreRefusedRatherThanMixedUp() => Assert.Throws<NotSupportedException>(
        () => new ApiClient(new() { Server = new("http://127.0.0.1:1/"), Impersonation = new("ada") { Groups = ["g1", "g2"] } }));

    [Fact]
    public async Task Request_NobodyListens_IsUnreachable()
    {
        using var client = new ApiClient(new() { Server = new("http://127.0.0.1:1/") });

        var failure = await Assert.ThrowsAsync<TransportException>(
            () => client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(TransportFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Get_UnknownFieldsAndOddValues_ComeBackAsTheyWere()
    {
        const string Odd = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"port":"8080","memory":"1.5Gi","cpu":"0.1","newField":{"x":[1e3]}}}""";
        var stored = "";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (context.Request.Method == "PUT")
            {
                using var reader = new StreamReader(context.Request.Body);
                stored = await reader.ReadToEndAsync();
            }

            await ScriptedServer.AnswerAsync(context, Odd);
        });
        using var client = server.Client();

        var read = await client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken);
        await client.ReplaceAsync(Objects.Pods, Key, read, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Odd, stored);
    }

    [Fact]
    public async Task OpenLog_Followed_StreamsAndEndsOnCancellation()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await ScriptedServer.SendAsync(context, context.Request.QueryString.Value!);
            await ScriptedServer.HangAsync(context);
        });
        using var client = server.Client(new() { TotalTimeout = TimeSpan.FromMilliseconds(100), IdleReadTimeout = TimeSpan.FromMilliseconds(100) });
        await using var log = await client.OpenLogAsync(Key, new() { Follow = true, TailLines = 3, Since = TimeSpan.FromSeconds(0.2) }, TestContext.Current.CancellationToken);

        var buffer = new byte[100];
        var count = await log.ReadAsync(buffer, TestContext.Current.CancellationToken);
        var next = log.ReadAsync(buffer, cancel.Token).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => next.WaitAsync(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken));
        await cancel.CancelAsync();

        Assert.Equal("?follow=true&tailLines=3&sinceSeconds=1", Encoding.UTF8.GetString(buffer, 0, count));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Handler_InProcess_CarriesRequests()
    {
        using var handler = new EchoHandler();
        using (var client = new ApiClient(ApiConnection.FromHandler(handler)))
        {
            Assert.Equal("a", (await client.GetAsync(Objects.Pods, Key, cancellationToken: TestContext.Current.CancellationToken)).Name);
        }

        Assert.False(handler.IsDisposed);
    }

    private static async Task RecordAsync(HttpContext context, List<string> seen)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = context.Request;
        seen.Add($"{request.Method} {request.Path}{request.QueryString} {request.ContentType} {await reader.ReadToEndAsync()}");
        await ScriptedServer.AnswerAsync(context, Objects.Pod("a", 1));
    }

    private sealed class EchoHandler : HttpMessageHandler
    {
        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(Objects.Pod("a", 1)) });

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
