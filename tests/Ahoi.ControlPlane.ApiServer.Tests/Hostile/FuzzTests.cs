using System.Globalization;
using System.Net;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Tests.Hostile;

/// <summary>
/// Whatever is sent: an answer in time, a refusal by a Status and never by the server's own failure, and a store that
/// is as it was. AHOI_FUZZ_SEED chooses the seed, AHOI_FUZZ_CASES how many cases each test makes of it.
/// </summary>
public sealed class FuzzTests
{
    private const string ConfigMap = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"o","labels":{"a":"b"},"annotations":{"x":"y"}},"data":{"k":"v"},"binaryData":{"b":"AAEC"}}""";
    private const string Pod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"o"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"env":[{"name":"A","value":"b"}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}],"volumes":[{"name":"v","emptyDir":{}}]}}""";
    private const string Deployment = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"o"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";
    private const string Service = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"o"},"spec":{"selector":{"a":"b"},"ports":[{"port":80,"targetPort":"http","protocol":"TCP"}]}}""";
    private const string Role = """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"o"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""";
    private const string CronJob = """{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"o"},"spec":{"schedule":"*/5 * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}""";
    private const string Policy = """{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"o"},"spec":{"failurePolicy":"Fail","matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"validations":[{"expression":"object.spec.replicas <= 5"}]}}""";
    private const string Yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: o, labels: &l {a: 'b'}}\ndata:\n  <<: *l\n  k: |\n    text\n  n: \"1\"\n---\nsecond: document\n";

    private static readonly (string Path, string Body)[] Kinds =
    [
        (HostileServer.Maps, ConfigMap),
        ("/api/v1/namespaces/default/pods", Pod),
        ("/apis/apps/v1/namespaces/default/deployments", Deployment),
        ("/api/v1/namespaces/default/services", Service),
        ("/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", Role),
        ("/apis/batch/v1/namespaces/default/cronjobs", CronJob),
        ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", Policy),
        ("/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies", Mutation),
        (HostileServer.Widgets, """{"apiVersion":"hostile.example/v1","kind":"Widget","metadata":{"name":"o"},"spec":{"a":1,"s":"x"}}"""),
    ];

    private const string Mutation = """{"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicy","metadata":{"name":"o"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"variables":[{"name":"v","expression":"1"}],"mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{spec: Object.spec{replicas: variables.v}}"}}]}}""";

    private static int Seed => Number("AHOI_FUZZ_SEED", 1);

    private static int Cases => Number("AHOI_FUZZ_CASES", 500);

    [Fact]
    public Task Bodies() => FuzzAsync((server, input) =>
    {
        var (path, body) = input.Pick(Kinds);
        var yaml = input.Pick([false, false, true]);
        var text = input.Pick([0, 1, 2]) switch { 0 => input.Json(), _ => input.Damage(yaml ? input.Pick([Yaml, body]) : body) };
        var type = yaml ? "application/yaml" : input.Pick(["application/json", "application/json; charset=utf-8", "application/vnd.kubernetes.protobuf", "text/plain", ""]);
        var put = input.Pick([false, false, true]);
        return server.SendAsync(put ? "PUT" : "POST", $"{path}{(put ? "/o" : "")}?dryRun=All&fieldValidation={input.Pick(["Strict", "Warn", "Ignore"])}", input.Bytes(text), type);
    });

    [Fact]
    public Task Patches() => FuzzAsync((server, input) =>
    {
        var (path, body) = input.Pick(Kinds);
        var (type, text) = input.Pick([0, 1, 2, 3]) switch
        {
            0 => ("application/json-patch+json", input.JsonPatch()),
            1 => ("application/merge-patch+json", input.Json()),
            2 => ("application/strategic-merge-patch+json", input.Pick([input.Json(), input.Damage(body)])),
            _ => ("application/apply-patch+yaml", input.Pick([input.Json(), input.Damage(body), body])),
        };
        text = input.Pick([text, text, input.Damage(text)]);
        return server.SendAsync(
            "PATCH", $"{path}/o{input.Pick(["", "", "/status", "/scale"])}?dryRun=All&fieldManager=f&force={input.Pick(["true", "false", "x"])}", input.Bytes(text), type);
    });

    [Fact]
    public Task Queries() => FuzzAsync((server, input) =>
    {
        string[] names = ["labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch", "timeoutSeconds", "watch", "sendInitialEvents", "allowWatchBookmarks", "pretty", "dryRun", "includeObject"];
        string[] values =
        [
            "a=b", "a in (b,c),!d", "metadata.name=o", "metadata.name!=o,metadata.namespace==default", "1", "0", "-1", "18446744073709551616", "true", "false", "NotOlderThan", "Exact", "All", "None", "",
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJvXHUwMDAwIn0", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTk5OTk5OTk5OTk5LCJzdGFydCI6Ii4uLy4uIn0",
        ];
        var query = string.Join('&', Enumerable.Range(0, input.Pick([1, 2, 3])).Select(_ =>
            $"{input.Pick(names)}={Uri.EscapeDataString(Valid(input.Pick([input.Pick(values), input.Damage(input.Pick(values))])))}"));
        var method = input.Pick(["GET", "GET", "GET", "DELETE"]);
        return server.SendAsync(method, $"{input.Pick(Kinds).Path}?{(method == "DELETE" ? "dryRun=All&" : "")}{query}");
    });

    [Fact]
    public Task Headers() => FuzzAsync((server, input) =>
    {
        string[] accepts = ["application/json", "*/*", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json;q=0.1", "application/vnd.kubernetes.protobuf"];
        string[] bearers = ["Bearer admin", "Bearer ", "Bearer a.b.c", "Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", "Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA", ""];
        var headers = new List<(string, string)> { ("Accept", Header(input.Damage(input.Pick(accepts)))) };
        if (input.Pick([true, false]))
        {
            headers.Add(("Authorization", Header(input.Pick([input.Pick(bearers), input.Damage(input.Pick(bearers))]))));
        }

        if (input.Pick([true, false]))
        {
            headers.Add((input.Pick(["Impersonate-User", "Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-a%2fb", "Impersonate-Extra-%zz"]), Header(input.Damage("system:serviceaccount:a:b"))));
        }

        return server.SendAsync("GET", input.Pick([input.Pick(Kinds).Path, "/api", "/apis", "/openapi/v3", "/version", "/healthz", "/nowhere"]), headers: headers);
    });

    [Fact]
    public Task Paths() => FuzzAsync((server, input) =>
    {
        var path = "/" + string.Join('/', input.Damage(input.Pick(Kinds).Path + input.Pick(["/o", "/o/status", "", "/o/scale", "/o/log"])).Split('/').Select(p => Uri.EscapeDataString(Valid(p)))).TrimStart('/');
        var method = input.Pick(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW"]);

        // The options in the body of a deletion take the place of those in its query.
        return server.SendAsync(method, path + "?dryRun=All", method is "GET" or "HEAD" or "DELETE" ? null : Encoding.UTF8.GetBytes(input.Json(2)));
    });

    [Fact]
    public Task Definitions() => FuzzAsync((server, input) =>
    {
        var text = HostileServer.Definition(input.Schema(), input.Pick(["", "", $",\"additionalPrinterColumns\":[{{\"name\":\"c\",\"type\":\"string\",\"jsonPath\":\"{Plain(input.Damage(".spec.a[?(@.b==1)].c"))}\"}}]"]))
            .Replace("widgets", "gadgets", StringComparison.Ordinal).Replace("Widget", "Gadget", StringComparison.Ordinal);
        return server.SendAsync("POST", HostileServer.Definitions + "?dryRun=All", input.Bytes(input.Pick([text, text, input.Damage(text)])));
    });

    [Fact]
    public Task Expressions() => FuzzAsync((server, input) =>
    {
        var expression = JsonTree.ToText(Valid(input.Cel()));
        var text = Policy.Replace("\"object.spec.replicas <= 5\"", expression, StringComparison.Ordinal);
        var mutation = Mutation.Replace("variables.v}", Plain(input.Cel()) + "}", StringComparison.Ordinal).Replace("\"1\"", expression, StringComparison.Ordinal);
        return input.Pick([true, false])
            ? server.SendAsync("POST", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All", input.Bytes(text))
            : server.SendAsync("POST", "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies?dryRun=All", input.Bytes(mutation));
    });

    private static async Task FuzzAsync(Func<HostileServer, HostileInput, Task<(HttpStatusCode Code, string Body)>> send)
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync("""{"type":"object","properties":{"a":{"type":"integer"},"s":{"type":"string","maxLength":10}},"x-kubernetes-validations":[{"rule":"self.a > 0"}]}""");
        foreach (var (path, body) in Kinds)
        {
            await server.AcceptedAsync("POST", path, body);
        }

        var before = await server.FingerprintAsync();
        var revision = server.Store.Revision;
        for (var i = 0; i < Cases; i++)
        {
            var seed = (Seed * 1_000_000) + i;
            try
            {
                var (code, text) = await send(server, new HostileInput(new Random(seed)));
                server.RequireNoFailure();
                Assert.True(revision == server.Store.Revision, $"It wrote something: {(int)code} {HostileServer.Short(text)}");
                Assert.True((int)code is >= 200 and < 500 || IsKnownFailure((int)code, text), $"{(int)code} {HostileServer.Short(text)}");
                if ((int)code >= 400 && text.StartsWith('{'))
                {
                    Assert.Equal("Status", JsonTree.ParseMap(text).Text("kind"));
                }
            }
            catch (Exception exception) when (exception is UriFormatException or FormatException)
            {
                // What even the client refuses to send.
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Case {i} of seed {Seed} (AHOI_FUZZ_SEED={Seed} AHOI_FUZZ_CASES={i + 1}): {exception.Message}", exception);
            }
        }

        Assert.Equal(before, await server.FingerprintAsync());
        await server.AcceptedAsync("GET", "/api/v1/namespaces/default");
    }

    // Kubernetes itself answers 500 to a few malformed patches and versions, with a Status that has no reason, and 504 to
    // versions of the future.
    private static bool IsKnownFailure(int code, string text) =>
        (code == 500 && !text.Contains("Internal error occurred", StringComparison.Ordinal)) || (code == 504 && text.Contains("Too large resource version", StringComparison.Ordinal));

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Header(string text) => new([.. text.Where(c => c is >= ' ' and < (char)127)]);

    private static string Plain(string text) => new([.. text.Where(c => c is >= ' ' and < (char)127 and not ('"' or '\\'))]);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given : otherwise;
}
