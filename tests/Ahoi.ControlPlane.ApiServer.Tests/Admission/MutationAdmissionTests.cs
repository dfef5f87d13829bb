using System.Net;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Tests.CustomResources;

namespace Ahoi.ControlPlane.ApiServer.Tests.Admission;

/// <summary>Mutating admission policies, from their creation to what is stored.</summary>
public sealed class MutationAdmissionTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    private const string Group = "/apis/admissionregistration.k8s.io/v1/";

    [Fact]
    public async Task Create_ApplyConfiguration_IsMergedAndOwnedByNobody()
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(server, "p", Apply("Object{metadata: Object.metadata{labels: {'team': request.namespace}}, data: {'added': object.data.x}}"));

        var (code, created, _) = await CreateAsync(server, "a", """{"x":"1"}""");

        Assert.True(code == HttpStatusCode.Created, created.ToString());
        Assert.Equal("1", created.At("data", "x"));
        Assert.Equal("1", created.At("data", "added"));
        Assert.Equal("default", created.At("metadata", "labels", "team"));
        var owned = created.Map("metadata")!.List("managedFields")!.Maps.Single().Map("fieldsV1")!.Map("f:data")!;
        Assert.True(owned.ContainsKey("f:x") && !owned.ContainsKey("f:added"));
    }

    [Fact]
    public async Task Update_JsonPatch_SeesTheStoredObject()
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(
            server,
            "p",
            Patch("[JSONPatch{op: 'add', path: '/metadata/annotations/' + jsonpatch.escapeKey('example.com/was'), value: oldObject.data.x}]"),
            more: """
                "matchConditions":[{"name":"changed","expression":"object.data.x != oldObject.data.x"}],
                """,
            operations: "\"UPDATE\"");
        var map = Map("a", """{"x":"1"}""");
        map.Map("metadata")!["annotations"] = new JsonMap { ["kept"] = "yes" };
        await server.SendAsync("POST", ConfigMaps, map);

        var (_, same, _) = await server.SendAsync("PUT", ConfigMaps + "/a", map);
        map.Map("data")!["x"] = "2";
        var (_, changed, _) = await server.SendAsync("PUT", ConfigMaps + "/a", map);

        Assert.Null(same.At("metadata", "annotations", "example.com/was"));
        Assert.Equal("1", changed.At("metadata", "annotations", "example.com/was"));
        Assert.Equal("yes", changed.At("metadata", "annotations", "kept"));
    }

    [Fact]
    public async Task Create_ListOfAMap_IsMergedByItsKeysAndDefaulted()
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(
            server,
            "sidecar",
            Apply("""
                Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
                  containers: [Object.spec.template.spec.containers{name: 'sidecar', image: variables.image, ports: [Object.spec.template.spec.containers.ports{containerPort: 8080}]}]}}}}
                """),
            more: "\"variables\":[{\"name\":\"image\",\"expression\":\"'registry/sidecar:1'\"}],",
            resource: "deployments",
            group: "apps");

        var (code, created, _) = await server.SendAsync("POST", Deployments, DefinitionServer.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"main","image":"i"}]}}}}
            """));

        Assert.True(code == HttpStatusCode.Created, created.ToString());
        var containers = created.Map("spec")!.Map("template")!.Map("spec")!.List("containers")!.Maps.ToList();
        Assert.Equal(2, containers.Count);
        var sidecar = Assert.Single(containers, c => c.Text("name") == "sidecar");
        Assert.Equal("registry/sidecar:1", sidecar.Text("image"));
        Assert.Equal("File", sidecar.Text("terminationMessagePolicy"));
        Assert.Equal("TCP", sidecar.List("ports")!.Maps.Single().Text("protocol"));
    }

    [Theory]
    [InlineData("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'l': 'v'}}}}", "may not mutate atomic arrays, maps or structs: .spec.selector")]
    [InlineData("Object{spec: Object.spec{replicasx: 1}}", ".spec.replicasx")]
    [InlineData("Object{spec: Object.specx{replicas: 1}}", "unexpected type name \"Object.specx\", expected \"Object.spec\"")]
    [InlineData("Object{spec: Object.spec{replicas: object.spec.nothing}}", "no such key: nothing")]
    [InlineData("Object{spec: Object.spec{replicas: 'many'}}", ".spec.replicas")]
    public async Task Create_MutationFails_FailurePolicyDecides(string expression, string why)
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(server, "p", Apply(expression), resource: "deployments", group: "apps", more: "\"failurePolicy\":\"Fail\",");
        var deployment = DefinitionServer.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"main","image":"i"}]}}}}
            """);

        var (code, refused, _) = await server.SendAsync("POST", Deployments, deployment);

        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal("Invalid", refused.Text("reason"));
        Assert.StartsWith("policy 'p' with binding 'p' denied request: ", refused.Text("message"), StringComparison.Ordinal);
        Assert.Contains(why, refused.Text("message"), StringComparison.Ordinal);
        Assert.Equal("deployments", refused.At("details", "kind"));
        Assert.Equal("d", refused.At("details", "name"));

        var (_, policy, _) = await server.SendAsync("GET", Group + "mutatingadmissionpolicies/p");
        policy.Map("spec")!["failurePolicy"] = "Ignore";
        await server.SendAsync("PUT", Group + "mutatingadmissionpolicies/p", policy);
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("POST", Deployments, deployment)).Code);
    }

    [Theory]
    [InlineData("[JSONPatch{op: 'test', path: '/data/x', value: '2'}, JSONPatch{op: 'replace', path: '/data/x', value: '3'}]", 201, "1")]
    [InlineData("[JSONPatch{op: 'test', path: '/data/x', value: '1'}, JSONPatch{op: 'replace', path: '/data/x', value: '3'}]", 201, "3")]
    [InlineData("[JSONPatch{op: 'remove', path: '/nowhere/x'}]", 403, null)]
    [InlineData("[JSONPatch{op: 'add', path: '/wrong', value: 1}]", 500, null)]
    [InlineData("[JSONPatch{op: 'add', path: '/data', value: 1}]", 500, null)]
    public async Task Create_JsonPatch_IsAppliedAsAWhole(string expression, int expected, string? x)
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(server, "p", Patch(expression));

        var (code, created, _) = await CreateAsync(server, "a", """{"x":"1"}""");

        Assert.True((int)code == expected, created.ToString());
        Assert.Equal(x, created.At("data", "x"));
    }

    [Fact]
    public async Task Create_SeveralPolicies_SeeWhatOthersMadeAndAreAskedAgainIfTheyWant()
    {
        await using var server = await DefinitionServer.StartAsync();
        const string Count = "Object{data: {'name': (has(object.data.name) ? object.data.name : '') + 'X', 'seen': has(object.data.b) ? 'b' : ''}}";
        await DefineAsync(server, "a", Apply(Count.Replace("name", "a", StringComparison.Ordinal)), more: "\"reinvocationPolicy\":\"IfNeeded\",");
        await DefineAsync(server, "b", Apply(Count.Replace("name", "b", StringComparison.Ordinal)));

        var (_, created, _) = await CreateAsync(server, "m", """{"x":"1"}""");

        Assert.Equal("XX", created.At("data", "a"));
        Assert.Equal("X", created.At("data", "b"));
        Assert.Equal("b", created.At("data", "seen"));
    }

    [Fact]
    public async Task Create_ParametersOfABinding_AreOneInvocationEach()
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(
            server,
            "p",
            Apply("Object{metadata: Object.metadata{labels: params.data}}"),
            more: "\"paramKind\":{\"apiVersion\":\"v1\",\"kind\":\"Secret\"},",
            binding: ",\"paramRef\":{\"selector\":{\"matchLabels\":{\"is\":\"param\"}},\"namespace\":\"kube-system\",\"parameterNotFoundAction\":\"Deny\"}");
        var before = await CreateAsync(server, "a", "{}");
        foreach (var name in (string[])["one", "two"])
        {
            await server.SendAsync("POST", "/api/v1/namespaces/kube-system/secrets", DefinitionServer.Parse(
                $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"{{{name}}}","labels":{"is":"param"}},"data":{"from-{{{name}}}":"eWVz"}}"""));
        }

        var (_, created, _) = await CreateAsync(server, "a", "{}");

        Assert.Equal(HttpStatusCode.Forbidden, before.Code);
        Assert.Equal("Forbidden", before.Body.Text("reason"));
        Assert.Equal("eWVz", created.At("metadata", "labels", "from-one"));
        Assert.Equal("eWVz", created.At("metadata", "labels", "from-two"));
    }

    [Fact]
    public async Task Delete_OfWhatAPolicyMatches_IsLeftAlone()
    {
        await using var server = await DefinitionServer.StartAsync();
        await CreateAsync(server, "a", "{}");
        await DefineAsync(server, "p", Apply("Object{data: {'a': object.data.missing}}"), operations: "\"*\"");

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("DELETE", ConfigMaps + "/a")).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await CreateAsync(server, "b", "{}")).Code);
    }

    [Fact]
    public async Task Create_MutatedObject_IsJudgedByValidatingPoliciesAndRules()
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(server, "p", Apply("Object{data: {object.metadata.name: 'x'}}"));

        Assert.Equal(HttpStatusCode.Created, (await CreateAsync(server, "good", "{}")).Code);
        await DefineAsync(server, "q", Apply("Object{data: {'bad/key': 'x'}}"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CreateAsync(server, "worse", "{}")).Code);
    }

    [Fact]
    public async Task Scale_Policies_SeeTheScaleAndChangeIt()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.SendAsync("POST", Deployments, DefinitionServer.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"main","image":"i"}]}}}}
            """));
        await DefineAsync(
            server,
            "p",
            Apply("Object{spec: Object.spec{replicas: object.kind == 'Scale' && request.kind.kind == 'Scale' && oldObject.spec.replicas == 1 ? object.spec.replicas + 10 : 0}}"),
            resource: "deployments/scale",
            group: "apps",
            operations: "\"UPDATE\"");

        var (code, scale, _) = await server.SendAsync("PATCH", Deployments + "/d/scale", """{"spec":{"replicas":3}}""", "application/merge-patch+json");

        Assert.True(code == HttpStatusCode.OK, scale.ToString());
        Assert.Equal(13L, scale.At("spec", "replicas"));
        Assert.Equal(13L, (await server.SendAsync("GET", Deployments + "/d")).Body.At("spec", "replicas"));
    }

    [Theory]
    [InlineData("pods/eviction", "/api/v1/namespaces/default/pods/a/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"a"}}""", "Eviction")]
    [InlineData("pods/binding", "/api/v1/namespaces/default/pods/a/binding", """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"a"},"target":{"name":"n"}}""", "Binding")]
    [InlineData("serviceaccounts/token", "/api/v1/namespaces/default/serviceaccounts/a/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["x"]}}""", "TokenRequest")]
    public async Task Create_ThroughASubresource_IsSeenByPolicies(string resource, string path, string body, string kind)
    {
        await using var server = await DefinitionServer.StartAsync();
        await DefineAsync(server, "p", Apply("Object{spec: [][0]}"), resource: resource, more: $"\"matchConditions\":[{{\"name\":\"c\",\"expression\":\"object.kind == '{kind}' && request.kind.kind == '{kind}' && request.name == 'a'\"}}],");

        var (code, refused, _) = await server.SendAsync("POST", path, DefinitionServer.Parse(body));

        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.StartsWith("policy 'p' with binding 'p' denied request: ", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_CustomObject_IsMergedDefaultedAndPruned()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""
            {"type":"object","properties":{"size":{"type":"integer","default":5},"tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"} } } }
            """));
        await DefineAsync(server, "p", Apply("Object{spec: Object.spec{tags: ['added']}}"), resource: "widgets", group: "example.com");
        await DefineAsync(server, "q", Patch("[JSONPatch{op: 'add', path: '/spec/unknown', value: 1}]"), resource: "widgets", group: "example.com");

        var (code, created, _) = await server.CreateAsync("w", "\"spec\":{\"tags\":[\"own\"]}");

        Assert.True(code == HttpStatusCode.Created, created.ToString());
        Assert.Equal(["own", "added"], created.Map("spec")!.List("tags")!.Texts.OrderDescending());
        Assert.Equal(5L, created.At("spec", "size"));
        Assert.Null(created.At("spec", "unknown"));
    }

    [Fact]
    public async Task Create_InAnotherVersion_IsSeenInTheVersionOfTheRules()
    {
        await using var server = await DefinitionServer.StartAsync();
        const string Any = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";
        await server.DefineAsync(DefinitionServer.Widget(Any, versions: $$""",{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{{Any}} } }"""));
        await DefineAsync(
            server,
            "p",
            Apply("Object{spec: Object.spec{seen: object.apiVersion, kind: request.kind.version, asked: request.requestKind.version}}"),
            resource: "widgets",
            group: "example.com");

        var (code, created, _) = await server.SendAsync(
            "POST", DefinitionServer.Widgets.Replace("/v1/", "/v2/", StringComparison.Ordinal), DefinitionServer.Parse("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"w"},"spec":{"own":1}}"""));

        Assert.True(code == HttpStatusCode.Created, created.ToString());
        Assert.Equal("example.com/v2", created.Text("apiVersion"));
        Assert.True(JsonTree.Equals(DefinitionServer.Parse("""{"own":1,"seen":"example.com/v1","kind":"v1","asked":"v2"}"""), created.Map("spec")), created.ToString());
    }

    [Fact]
    public async Task Create_WebhookChangesTheObject_PoliciesThatWantToAreAskedAgain()
    {
        await using var hook = await WebhookServer.StartAsync(_ => WebhookServer.Allow("""[{"op":"add","path":"/data/hook","value":"x"}]"""));
        await using var server = await DefinitionServer.StartAsync();
        var (code, body, _) = await server.SendAsync("POST", Group + "mutatingwebhookconfigurations", DefinitionServer.Parse($$$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration","metadata":{"name":"h"},"webhooks":[{"name":"h.example.com",
             "admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{{{hook.ByUrl}}},
             "rules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["CREATE"]}]}]}
            """));
        Assert.True(code == HttpStatusCode.Created, body.ToString());
        const string Expression = "Object{data: {'saw': has(object.data.hook) ? object.data.hook : 'nothing'}}";
        await DefineAsync(server, "again", Apply(Expression), more: "\"reinvocationPolicy\":\"IfNeeded\",");
        await DefineAsync(server, "once", Apply(Expression.Replace("saw", "once", StringComparison.Ordinal)));

        var (_, created, _) = await CreateAsync(server, "m", """{"x":"1"}""");

        Assert.Equal("x", created.At("data", "hook"));
        Assert.Equal("x", created.At("data", "saw"));
        Assert.Equal("nothing", created.At("data", "once"));
    }

    [Theory]
    [InlineData("""[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"'text'"}}]""", "spec.mutations[0].applyConfiguration.expression", "must evaluate to Object but got string")]
    [InlineData("""[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object.spec{}"}}]""", "spec.mutations[0].applyConfiguration.expression", "must evaluate to Object but got Object.spec")]
    [InlineData("""[{"patchType":"JSONPatch","jsonPatch":{"expression":"JSONPatch{}"}}]""", "spec.mutations[0].jsonPatch.expression", "must evaluate to list(JSONPatch) but got JSONPatch")]
    [InlineData("""[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: params.x}]"}}]""", "spec.mutations[0].jsonPatch.expression", "undeclared reference to 'params'")]
    [InlineData("""[{"patchType":"JSONPatch"}]""", "spec.mutations[0].jsonPatch", "must be specified when patchType is JSONPatch")]
    [InlineData("""[{"patchType":"JSONPatch","jsonPatch":{"expression":" "}}]""", "spec.mutations[0].jsonPatch.expression", "expression is not specified")]
    [InlineData("""[{"patchType":"Other"}]""", "spec.mutations[0].patchType", "supported values")]
    [InlineData("[{}]", "spec.mutations[0].patchType", "Required")]
    [InlineData("[]", "spec.mutations", "must contain at least one item")]
    public async Task Define_BadMutations_AreRefused(string mutations, string field, string why)
    {
        await using var server = await DefinitionServer.StartAsync();

        var (code, refused, _) = await server.SendAsync("POST", Group + "mutatingadmissionpolicies", Policy("p", mutations, "", "\"*\"", "configmaps", ""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        var cause = refused.Map("details")!.List("causes")!.Maps.Single();
        Assert.Equal(field, cause.Text("field"));
        Assert.Contains(why, cause.Text("message"), StringComparison.Ordinal);
    }

    private static async Task DefineAsync(
        DefinitionServer server, string name, string mutations, string more = "", string operations = "\"CREATE\"", string resource = "configmaps", string group = "", string binding = "")
    {
        var (code, body, _) = await server.SendAsync("POST", Group + "mutatingadmissionpolicies", Policy(name, mutations, more, operations, resource, group));
        Assert.True(code == HttpStatusCode.Created, body.ToString());
        (code, body, _) = await server.SendAsync("POST", Group + "mutatingadmissionpolicybindings", DefinitionServer.Parse($$$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicyBinding","metadata":{"name":"{{{name}}}"},
             "spec":{"policyName":"{{{name}}}"{{{binding}}}} }
            """));
        Assert.True(code == HttpStatusCode.Created, body.ToString());
    }

    private static JsonMap Policy(string name, string mutations, string more, string operations, string resource, string group) => DefinitionServer.Parse($$$"""
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicy","metadata":{"name":"{{{name}}}"},
         "spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["{{{group}}}"],"apiVersions":["v1"],"resources":["{{{resource}}}"],"operations":[{{{operations}}}]}]},
          {{{more}}}
          "mutations":{{{mutations}}}} }
        """);

    private static string Apply(string expression) => Mutation("ApplyConfiguration", "applyConfiguration", expression);

    private static string Patch(string expression) => Mutation("JSONPatch", "jsonPatch", expression);

    private static string Mutation(string type, string field, string expression) => new JsonList
    {
        new JsonMap { ["patchType"] = type, [field] = new JsonMap { ["expression"] = expression } },
    }.ToString();

    private static JsonMap Map(string name, string data) =>
        DefinitionServer.Parse($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{{data}} }""");

    private static Task<(HttpStatusCode Code, JsonMap Body, IReadOnlyList<string> Warnings)> CreateAsync(DefinitionServer server, string name, string data) =>
        server.SendAsync("POST", ConfigMaps, Map(name, data));
}
