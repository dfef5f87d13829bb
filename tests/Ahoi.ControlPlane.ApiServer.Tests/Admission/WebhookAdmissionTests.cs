using System.Collections.Concurrent;
using System.Net;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Tests.CustomResources;
using Ahoi.ControlPlane.ApiServer.Webhooks;

namespace Ahoi.ControlPlane.ApiServer.Tests.Admission;

/// <summary>Mutating and validating webhooks, asked over HTTPS.</summary>
public sealed class WebhookAdmissionTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/";

    [Fact]
    public async Task Mutating_Patch_IsInTheStoredObjectAndTheQuestionDescribesTheWrite()
    {
        JsonMap? asked = null;
        await using var hook = await WebhookServer.StartAsync(request =>
        {
            asked = request;
            var allow = WebhookServer.Allow("""[{"op":"add","path":"/data/added","value":"yes"}]""");
            allow["warnings"] = new JsonList { "look out" };
            return allow;
        });
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "mutating", Hook("a.example.com", hook.ByUrl));

        var (code, created, warnings) = await CreateAsync(server, "c");

        Assert.Equal(HttpStatusCode.Created, code);
        Assert.Equal("yes", created.At("data", "added"));
        Assert.Contains("look out", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal("CREATE", asked!.Text("operation"));
        Assert.Equal("c", asked.Text("name"));
        Assert.Equal("default", asked.Text("namespace"));
        Assert.Equal("ConfigMap", asked.At("kind", "kind"));
        Assert.Equal("configmaps", asked.At("resource", "resource"));
        Assert.Equal("admin", asked.At("userInfo", "username"));
        Assert.Equal("x", asked.At("object", "data", "k"));
        Assert.Null(asked["oldObject"]);
        Assert.Equal(false, asked["dryRun"]);
        Assert.Equal("CreateOptions", asked.At("options", "kind"));
    }

    [Theory]
    [InlineData("""{"allowed":false}""", 400, "admission webhook \"v.example.com\" denied the request without explanation")]
    [InlineData("""{"allowed":false,"status":{"message":"no","code":409,"reason":"Conflict"}}""", 409, "admission webhook \"v.example.com\" denied the request: no")]
    [InlineData("""{"allowed":false,"status":{"reason":"TooBusy","code":200}}""", 400, "admission webhook \"v.example.com\" denied the request: TooBusy")]
    public async Task Validating_Refusal_HasTheWebhooksCodeAndWords(string response, int code, string message)
    {
        await using var hook = await WebhookServer.StartAsync(_ => JsonTree.ParseMap(response));
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "validating", Hook("v.example.com", hook.ByUrl));

        var refused = await CreateAsync(server, "c");

        Assert.Equal(code, (int)refused.Code);
        Assert.Equal(message, refused.Body.Text("message"));
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync("GET", ConfigMaps + "/c")).Code);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"another","allowed":true}}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}""")]
    [InlineData("""{"kind":"Status","apiVersion":"v1"}""")]
    [InlineData(null)]
    public async Task Webhook_AnswersNonsense_FailurePolicyDecides(string? answer)
    {
        await using var hook = await WebhookServer.StartAsync(_ => Task.FromResult<object?>(answer));
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "validating", Hook("v.example.com", hook.ByUrl));

        var refused = await CreateAsync(server, "c");

        Assert.Equal(HttpStatusCode.InternalServerError, refused.Code);
        Assert.Equal("InternalError", refused.Body.Text("reason"));
        Assert.StartsWith("Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook: ", refused.Body.Text("message"), StringComparison.Ordinal);

        await server.SendAsync("DELETE", Configurations + "validatingwebhookconfigurations/validating");
        await ConfigureAsync(server, "validating", Hook("v.example.com", hook.ByUrl, "\"failurePolicy\":\"Ignore\","));
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync(server, "c")).Code);
    }

    [Fact]
    public async Task Webhook_DoesNotAnswerInTime_IsAFailureThatSaysSo()
    {
        var end = new TaskCompletionSource<object?>();
        await using var hook = await WebhookServer.StartAsync(_ => end.Task);
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "validating", Hook("v.example.com", hook.ByUrl, "\"timeoutSeconds\":1,"));

        var refused = await CreateAsync(server, "c");
        end.SetResult(null);

        Assert.Equal(HttpStatusCode.InternalServerError, refused.Code);
        Assert.Contains("context deadline exceeded", refused.Body.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_NobodyListensOrAuthorityIsAnother_IsAFailure()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow());
        await using var other = await WebhookServer.StartAsync(_ => WebhookServer.Allow());
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "validating", Hook("v.example.com", $$"""{"url":"https://localhost:{{hook.Port}}/review","caBundle":"{{other.Bundle}}"}"""));
        Assert.Equal(HttpStatusCode.InternalServerError, (await CreateAsync(server, "c")).Code);

        await server.SendAsync("DELETE", Configurations + "validatingwebhookconfigurations/validating");
        await ConfigureAsync(server, "validating", Hook("v.example.com", """{"service":{"name":"none","namespace":"default"}}"""));
        var refused = await CreateAsync(server, "c");
        Assert.Contains("service \"none\" not found", refused.Body.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_ByService_IsFoundAndCheckedByTheServicesName()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow("""[{"op":"add","path":"/data/through","value":"service"}]"""));
        await using var server = await DefinitionServer.StartAsync();
        await server.SendAsync(
            "POST", "/api/v1/namespaces/default/services", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook"},"spec":{"type":"ExternalName","externalName":"localhost"}}""");
        await ConfigureAsync(
            server, "mutating", Hook("a.example.com", $$$"""{"service":{"name":"hook","namespace":"default","path":"/review","port":{{{hook.Port}}} },"caBundle":"{{{hook.Bundle}}}"}"""));

        var (code, created, _) = await CreateAsync(server, "c");

        Assert.True(code == HttpStatusCode.Created, created.ToString());
        Assert.Equal("service", created.At("data", "through"));
    }

    [Fact]
    public async Task ServiceAddress_Slices_GiveTheFirstReadyEndpointOfThePort()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.SendAsync(
            "POST",
            "/api/v1/namespaces/default/services",
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook"},"spec":{"ports":[{"name":"http","port":80},{"name":"https","port":443,"targetPort":8443}]}}""");
        var services = new ServiceAddress(server.Parts.Feed, server.Parts.Registry);
        await Assert.ThrowsAsync<HttpRequestException>(async () => await services.FindAsync("default", "hook", 443, TestContext.Current.CancellationToken));
        await server.SendAsync(
            "POST",
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},"addressType":"IPv4",
            "ports":[{"name":"http","port":8080},{"name":"https","port":8443}],"endpoints":[{"addresses":["10.0.0.9"],"conditions":{"ready":false}},{"addresses":["10.0.0.1"]}]}
            """);

        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 8443), await services.FindAsync("default", "hook", 443, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<HttpRequestException>(async () => await services.FindAsync("default", "hook", 444, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Mutating_PatchThatMakesTheObjectInvalid_IsRefusedByValidation()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow("""[{"op":"add","path":"/data/bad~1key","value":"x"}]"""));
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "mutating", Hook("a.example.com", hook.ByUrl));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CreateAsync(server, "c")).Code);
    }

    [Fact]
    public async Task Mutating_PatchThatCannotBeApplied_IsAnInternalError()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow("""[{"op":"remove","path":"/nowhere/at/all"}]"""));
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "mutating", Hook("a.example.com", hook.ByUrl, "\"failurePolicy\":\"Ignore\","));

        Assert.Equal(HttpStatusCode.InternalServerError, (await CreateAsync(server, "c")).Code);
    }

    [Fact]
    public async Task Mutating_ThatWantsTo_IsAskedAgainAfterAnotherChangedTheObject()
    {
        var asked = new ConcurrentQueue<string>();
        await using var first = await WebhookServer.StartAsync(request =>
        {
            asked.Enqueue("first");
            return request.At("object", "data", "late") is null ? WebhookServer.Allow() : WebhookServer.Allow("""[{"op":"add","path":"/data/seen","value":"late"}]""");
        });
        await using var second = await WebhookServer.StartAsync(_ =>
        {
            asked.Enqueue("second");
            return WebhookServer.Allow("""[{"op":"add","path":"/data/late","value":"x"}]""");
        });
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(
            server, "mutating", Hook("a.example.com", first.ByUrl, "\"reinvocationPolicy\":\"IfNeeded\",") + "," + Hook("b.example.com", second.ByUrl));

        var (_, created, _) = await CreateAsync(server, "c");

        Assert.Equal(["first", "second", "first"], asked);
        Assert.Equal("late", created.At("data", "seen"));
    }

    [Theory]
    [InlineData("\"objectSelector\":{\"matchLabels\":{\"a\":\"b\"}},", false)]
    [InlineData("\"objectSelector\":{\"matchLabels\":{\"x\":\"y\"}},", true)]
    [InlineData("\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"kube-system\"}},", false)]
    [InlineData("\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"default\"}},", true)]
    [InlineData("\"matchConditions\":[{\"name\":\"c\",\"expression\":\"request.userInfo.username == 'nobody'\"}],", false)]
    [InlineData("\"matchConditions\":[{\"name\":\"c\",\"expression\":\"object.data.k == 'x'\"}],", true)]
    public async Task Webhook_IsAskedOnlyAboutWhatItIsFor(string selection, bool isAsked)
    {
        await using var hook = await WebhookServer.StartAsync(_ => new() { ["allowed"] = false });
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(server, "validating", Hook("v.example.com", hook.ByUrl, selection));

        Assert.Equal(isAsked ? HttpStatusCode.BadRequest : HttpStatusCode.Created, (await CreateAsync(server, "c")).Code);
    }

    [Theory]
    [InlineData("Fail", HttpStatusCode.Forbidden)]
    [InlineData("Ignore", HttpStatusCode.Created)]
    public async Task Webhook_MatchConditionFails_FailurePolicyDecides(string policy, HttpStatusCode expected)
    {
        await using var hook = await WebhookServer.StartAsync(_ => new() { ["allowed"] = false });
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(
            server, "validating", Hook("v.example.com", hook.ByUrl, $$"""{{"\"failurePolicy\":\""}}{{policy}}","matchConditions":[{"name":"c","expression":"object.nothing.there == 1"}],"""));

        Assert.Equal(expected, (await CreateAsync(server, "c")).Code);
    }

    [Fact]
    public async Task Delete_OldObjectAlone_IsAskedAboutAndCanBeRefused()
    {
        JsonMap? asked = null;
        await using var hook = await WebhookServer.StartAsync(request =>
        {
            asked = request;
            return new() { ["allowed"] = false };
        });
        await using var server = await DefinitionServer.StartAsync();
        await CreateAsync(server, "c");
        await ConfigureAsync(server, "validating", Hook("v.example.com", hook.ByUrl, operations: "\"DELETE\""));

        Assert.Equal(HttpStatusCode.BadRequest, (await server.SendAsync("DELETE", ConfigMaps + "/c")).Code);
        Assert.Equal("DELETE", asked!.Text("operation"));
        Assert.Null(asked["object"]);
        Assert.Equal("x", asked.At("oldObject", "data", "k"));
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", ConfigMaps + "/c")).Code);
    }

    [Fact]
    public async Task Equivalent_OtherVersion_IsAskedInTheVersionOfItsRule()
    {
        JsonMap? asked = null;
        await using var hook = await WebhookServer.StartAsync(request =>
        {
            asked = request;
            return WebhookServer.Allow();
        });
        await using var server = await DefinitionServer.StartAsync();
        await ConfigureAsync(
            server,
            "mutating",
            $$$"""
            {"name":"a.example.com","clientConfig":{{{hook.ByUrl}}},"sideEffects":"None","admissionReviewVersions":["v1"],
            "rules":[{"operations":["*"],"apiGroups":["autoscaling"],"apiVersions":["v1"],"resources":["horizontalpodautoscalers"]}]}
            """);

        var created = await server.SendAsync(
            "POST",
            "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
            """{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d"}}}""");

        Assert.Equal(HttpStatusCode.Created, created.Code);
        Assert.Equal("autoscaling/v1", asked!.At("object", "apiVersion"));
        Assert.Equal("v1", asked.At("resource", "version"));
        Assert.Equal("v2", asked.At("requestResource", "version"));
    }

    private static Task<(HttpStatusCode Code, JsonMap Body, IReadOnlyList<string> Warnings)> CreateAsync(DefinitionServer server, string name) =>
        server.SendAsync("POST", ConfigMaps, $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"x":"y"} },"data":{"k":"x"} }""");

    private static string Hook(string name, string client, string more = "", string operations = "\"*\"") =>
        $$$"""
        {"name":"{{{name}}}","clientConfig":{{{client}}},"sideEffects":"None","admissionReviewVersions":["v1"],{{{more}}}
        "rules":[{"operations":[{{{operations}}}],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}
        """;

    private static async Task ConfigureAsync(DefinitionServer server, string kind, string webhooks)
    {
        var type = kind == "mutating" ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
        var (code, body, _) = await server.SendAsync(
            "POST",
            $"{Configurations}{kind}webhookconfigurations",
            $$$"""{"apiVersion":"admissionregistration.k8s.io/v1","kind":"{{{type}}}","metadata":{"name":"{{{kind}}}"},"webhooks":[{{{webhooks}}}]}""");
        Assert.True(code == HttpStatusCode.Created, body.ToString());
    }
}
