using System.Net;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

namespace Ahoi.ControlPlane.ApiServer.Tests.Admission;

/// <summary>Validating admission policies, from their creation to what clients are told.</summary>
public sealed class PolicyAdmissionTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    private const string Bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

    [Fact]
    public async Task Create_ExpressionIsFalse_IsRefusedWithItsMessage()
    {
        await using var server = await StartAsync("""
            "validations":[{"expression":"object.data.size() < 2","messageExpression":"'at most one entry, not ' + string(object.data.size())"}]
            """);

        var refused = await CreateAsync(server, "a", """{"x":"1","y":"2"}""");
        var accepted = await CreateAsync(server, "b", """{"x":"1"}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Code);
        Assert.Equal("Invalid", refused.Body.Text("reason"));
        Assert.EndsWith("at most one entry, not 2", refused.Body.Text("message"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, accepted.Code);
    }

    [Fact]
    public async Task Delete_ProtectedObject_IsRefusedUntilReleased()
    {
        await using var server = await StartAsync("""
            "validations":[{"expression":"!variables.isProtected","reason":"Forbidden","message":"it is protected"}],
            "variables":[{"name":"isProtected","expression":"oldObject.?data.?protected.orValue('') == 'yes'"}]
            """, operations: "\"DELETE\"");
        await CreateAsync(server, "a", """{"protected":"yes"}""");
        await CreateAsync(server, "b", """{"protected":"no"}""");

        var refused = await server.SendAsync("DELETE", ConfigMaps + "/a");

        Assert.Equal(HttpStatusCode.Forbidden, refused.Code);
        Assert.Equal("a", refused.Body.Map("details")!.Text("name"));
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("DELETE", ConfigMaps + "/b")).Code);
    }

    [Fact]
    public async Task Create_BindingWarns_IsDoneWithAWarning()
    {
        await using var server = await StartAsync("\"validations\":[{\"expression\":\"false\",\"message\":\"think again\"}]", actions: "\"Warn\"");

        var (code, _, warnings) = await CreateAsync(server, "a", "{}");

        Assert.Equal(HttpStatusCode.Created, code);
        Assert.Contains("think again", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fail", HttpStatusCode.UnprocessableEntity)]
    [InlineData("Ignore", HttpStatusCode.Created)]
    public async Task Create_ExpressionFails_FailurePolicyDecides(string failurePolicy, HttpStatusCode expected)
    {
        await using var server = await StartAsync($"\"failurePolicy\":\"{failurePolicy}\",\"validations\":[{{\"expression\":\"object.nothing.there == 1\"}}]");

        Assert.Equal(expected, (await CreateAsync(server, "a", "{}")).Code);
    }

    [Theory]
    [InlineData("request.userInfo.username == 'somebody else'", HttpStatusCode.Created)]
    [InlineData("authorizer.requestResource.check('create').allowed()", HttpStatusCode.UnprocessableEntity)]
    [InlineData("namespaceObject.metadata.name == 'default'", HttpStatusCode.UnprocessableEntity)]
    public async Task Create_MatchCondition_DecidesWhetherThePolicyApplies(string condition, HttpStatusCode expected)
    {
        await using var server = await StartAsync($"\"matchConditions\":[{{\"name\":\"c\",\"expression\":\"{condition}\"}}],\"validations\":[{{\"expression\":\"false\"}}]");

        Assert.Equal(expected, (await CreateAsync(server, "a", "{}")).Code);
    }

    [Fact]
    public async Task Create_PolicyWithParameters_IsJudgedByThem()
    {
        await using var server = await StartAsync(
            "\"paramKind\":{\"apiVersion\":\"v1\",\"kind\":\"Secret\"},\"validations\":[{\"expression\":\"object.metadata.name in params.data\"}]",
            parameters: ",\"paramRef\":{\"name\":\"allowed\",\"namespace\":\"default\",\"parameterNotFoundAction\":\"Deny\"}");
        var before = await CreateAsync(server, "a", "{}");
        await server.SendAsync("POST", "/api/v1/namespaces/default/secrets", DefinitionServer.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"allowed"},"data":{"a":""}}"""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, before.Code);
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync(server, "a", "{}")).Code);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CreateAsync(server, "b", "{}")).Code);
    }

    [Fact]
    public async Task Define_ExpressionDoesNotCompile_IsRefused()
    {
        await using var server = await DefinitionServer.StartAsync();

        var (code, body, _) = await server.SendAsync("POST", Policies, Policy("\"validations\":[{\"expression\":\"object.(\"}]", "\"*\""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal("spec.validations[0].expression", body.Map("details")!.List("causes")!.Maps.Single().Text("field"));
    }

    [Fact]
    public async Task Create_ParametersMissing_IsRefusedWhateverTheActions()
    {
        await using var server = await StartAsync(
            "\"paramKind\":{\"apiVersion\":\"v1\",\"kind\":\"Secret\"},\"validations\":[{\"expression\":\"true\"}]",
            actions: "\"Audit\"",
            parameters: ",\"paramRef\":{\"name\":\"none\",\"namespace\":\"default\",\"parameterNotFoundAction\":\"Deny\"}");

        var refused = await CreateAsync(server, "a", "{}");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Code);
        Assert.Contains("failed to configure binding: no params found", refused.Body.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_AuditAnnotationFails_IsRefusedWhateverTheActions()
    {
        await using var server = await StartAsync(
            "\"auditAnnotations\":[{\"key\":\"k\",\"valueExpression\":\"'seen ' + object.data.x\"}]", actions: "\"Audit\"");

        Assert.Equal(HttpStatusCode.Created, (await CreateAsync(server, "a", """{"x":"1"}""")).Code);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CreateAsync(server, "b", "{}")).Code);
    }

    [Fact]
    public async Task Create_MultipleVersions_AreSeenInTheVersionOfTheRules()
    {
        await using var server = await StartAsync("\"validations\":[{\"expression\":\"request.kind.version == 'v1' && request.requestKind.kind == 'ConfigMap'\"}]");

        Assert.Equal(HttpStatusCode.Created, (await CreateAsync(server, "a", "{}")).Code);
    }

    [Theory]
    [InlineData("\"validations\":[{\"expression\":\"object.data.x\"}]", "spec.validations[0].expression", "must evaluate to bool but got dyn")]
    [InlineData("\"validations\":[{\"expression\":\"request.foo == 1\"}]", "spec.validations[0].expression", "undefined field 'foo'")]
    [InlineData("\"validations\":[{\"expression\":\"params.x == 1\"}]", "spec.validations[0].expression", "undeclared reference to 'params'")]
    [InlineData("\"validations\":[{\"expression\":\"variables.x == 1\"}]", "spec.validations[0].expression", "undeclared reference to 'variables'")]
    [InlineData("\"variables\":[{\"name\":\"y\",\"expression\":\"1\"}],\"validations\":[{\"expression\":\"variables.x == 1\"}]", "spec.validations[0].expression", "undefined field 'x'")]
    [InlineData("\"variables\":[{\"name\":\"in\",\"expression\":\"1\"}],\"validations\":[{\"expression\":\"true\"}]", "spec.variables[0].name", "not a valid CEL identifier")]
    [InlineData("\"variables\":[{\"name\":\"y\",\"expression\":\"1 +\"}],\"validations\":[{\"expression\":\"true\"}]", "spec.variables[0].expression", "does not compile")]
    [InlineData("\"validations\":[{\"expression\":\"true\",\"messageExpression\":\"string(authorizer.group('') != null)\"}]", "spec.validations[0].messageExpression", "undeclared reference to 'authorizer'")]
    [InlineData("\"validations\":[{\"expression\":\"true\",\"message\":\"a\\nb\"}]", "spec.validations[0].message", "line breaks")]
    [InlineData("\"matchConditions\":[{\"name\":\"c\",\"expression\":\"'x'\"}],\"validations\":[{\"expression\":\"true\"}]", "spec.matchConditions[0].expression", "must evaluate to bool but got string")]
    [InlineData("\"auditAnnotations\":[{\"key\":\"k\",\"valueExpression\":\"1\"}]", "spec.auditAnnotations[0].valueExpression", "must evaluate to one of [string null_type] but got int")]
    [InlineData("\"paramKind\":{\"apiVersion\":\"a/b/c\",\"kind\":\"X\"},\"validations\":[{\"expression\":\"true\"}]", "spec.paramKind.apiVersion", "unexpected GroupVersion")]
    public async Task Define_BadPolicy_IsRefused(string spec, string field, string why)
    {
        await using var server = await DefinitionServer.StartAsync();

        var (code, body, _) = await server.SendAsync("POST", Policies, Policy(spec, "\"*\""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        var cause = body.Map("details")!.List("causes")!.Maps.Single();
        Assert.Equal(field, cause.Text("field"));
        Assert.Contains(why, cause.Text("message"), StringComparison.Ordinal);
    }

    private static async Task<DefinitionServer> StartAsync(string spec, string operations = "\"CREATE\"", string actions = "\"Deny\"", string parameters = "")
    {
        var server = await DefinitionServer.StartAsync();
        var (code, body, _) = await server.SendAsync("POST", Policies, Policy(spec, operations));
        Assert.True(code == HttpStatusCode.Created, body.ToString());
        (code, body, _) = await server.SendAsync("POST", Bindings, DefinitionServer.Parse($$$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"b"},
             "spec":{"policyName":"p","validationActions":[{{{actions}}}]{{{parameters}}}} }
            """));
        Assert.True(code == HttpStatusCode.Created, body.ToString());
        return server;
    }

    private static JsonMap Policy(string spec, string operations) => DefinitionServer.Parse($$$"""
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"p"},
         "spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":[{{{operations}}}]}]},
          {{{spec}}}} }
        """);

    private static Task<(HttpStatusCode Code, JsonMap Body, IReadOnlyList<string> Warnings)> CreateAsync(DefinitionServer server, string name, string data) =>
        server.SendAsync("POST", ConfigMaps, DefinitionServer.Parse($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{{data}} }"""));
}
