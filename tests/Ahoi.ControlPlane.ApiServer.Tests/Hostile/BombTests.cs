using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Tests.Hostile;

/// <summary>Small requests that ask for much: time, memory or stack. Each is refused, and leaves the server and its store as they were.</summary>
[Collection(nameof(BombTests))]
[CollectionDefinition(nameof(BombTests), DisableParallelization = true)]
public sealed class BombTests
{
    private const string Anything = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";

    /// <summary>What one request may allocate in all, whatever it asks for: some forty times the largest body.</summary>
    private const long MostAllocated = 400L << 20;

    [Fact]
    public async Task Yaml_AliasesThatNestEachOther_AreRefusedBeforeTheStackIsGone()
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync(Anything);
        var text = new StringBuilder("apiVersion: hostile.example/v1\nkind: Widget\nmetadata: {name: deep}\nspec:\n");
        for (var i = 0; i < 95; i++)
        {
            var inner = i == 0 ? "x" : $"*a{i - 1}";
            text.Append("  k").Append(i).Append(": &a").Append(i).Append(' ').Append('[', 400).Append(inner).Append(']', 400).Append('\n');
        }

        var message = await BoundedAsync(server, () => server.RefusedAsync("POST", HostileServer.Widgets, text.ToString(), "application/yaml"));

        Assert.Contains("deep", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Yaml_AliasesThatMultiply_AreRefused()
    {
        await using var server = await HostileServer.StartAsync();
        var text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append('a').Append(i).Append(": &a").Append(i).Append(" [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }

        await BoundedAsync(server, () => server.RefusedAsync("POST", HostileServer.Maps, text.ToString(), "application/yaml"));
    }

    [Theory]
    [InlineData(40, "dyn([x, x])", "[JSONPatch{op: 'add', path: '/data', value: variables.v39}]")]
    [InlineData(40, "dyn([x, x])", "variables.v39 == variables.v38 ? [JSONPatch{}] : [JSONPatch{op: 'remove', path: '/nothing'}]")]
    [InlineData(3000, "dyn([x])", "[JSONPatch{op: 'add', path: '/data', value: variables.v2999}]")]
    [InlineData(900, "dyn({'k': x})", "[JSONPatch{op: 'add', path: '/metadata/annotations', value: variables.v899}]")]
    [InlineData(16, "dyn([x, x])", "[JSONPatch{op: 'add', path: '/data', value: {'a': variables.v15}}]")]
    public async Task Policy_ThatMakesMuchOfNothing_RefusesTheWrite(int count, string step, string expression)
    {
        const string Group = "/apis/admissionregistration.k8s.io/v1/";
        await using var server = await HostileServer.StartAsync();
        var variables = Enumerable.Range(0, count).Select(i => new JsonMap
        {
            ["name"] = $"v{i}",
            ["expression"] = i == 0 ? "dyn('x')" : step.Replace("x", $"variables.v{i - 1}", StringComparison.Ordinal),
        });
        var policy = JsonTree.ParseMap("""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicy","metadata":{"name":"p"},
             "spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["CREATE"]}]},
              "mutations":[{"patchType":"JSONPatch","jsonPatch":{}}]}}
            """);
        policy.Map("spec")!["variables"] = new JsonList(variables);
        policy.Map("spec")!.List("mutations")!.Maps.Single().Map("jsonPatch")!["expression"] = expression;
        await server.AcceptedAsync("POST", Group + "mutatingadmissionpolicies", JsonTree.ToText(policy));
        await server.AcceptedAsync("POST", Group + "mutatingadmissionpolicybindings", """
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicyBinding","metadata":{"name":"b"},"spec":{"policyName":"p"}}
            """);

        var (code, body) = await server.SendAsync("POST", HostileServer.Maps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"}}""");

        Assert.True((int)code is 403 or 413 or 422 or 500, HostileServer.Short(body));
        Assert.Contains("\"Failure\"", body, StringComparison.Ordinal);
        await server.AcceptedAsync("GET", "/api/v1/namespaces/default");
    }

    [Fact]
    public async Task JsonPatch_ThatCopiesWhatItCopied_IsRefused()
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync(Anything);
        await server.AcceptedAsync("POST", HostileServer.Widgets, HostileServer.Widget("doubling", """{"a":{"b":"cccccccccccccccccccccccccccccccc"}}"""));
        var operations = Enumerable.Range(0, 64).Select(i => $$"""{"op":"copy","from":"/spec/a","path":"/spec/a/x{{i}}"}""");

        var message = await BoundedAsync(server, () => server.RefusedAsync(
            "PATCH", HostileServer.Widgets + "/doubling", $"[{string.Join(',', operations)}]", "application/json-patch+json"));

        Assert.Contains("cop", message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/yaml")]
    public async Task Body_WithLongKeysAroundManyItems_CostsNoMoreThanItsLength(string type)
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync("""{"type":"object","additionalProperties":{"type":"array","items":{"type":"integer","maximum":5}}}""");
        var body = HostileServer.Widget("long", $$"""{"{{new string('k', 300_000)}}":[{{string.Join(',', Enumerable.Repeat("1", 100_000))}}]}""");

        await BoundedAsync(server, async () =>
        {
            var (code, text) = await server.SendAsync("POST", HostileServer.Widgets + "?dryRun=All", Encoding.UTF8.GetBytes(body), type);
            Assert.True((int)code is >= 200 and < 500, HostileServer.Short(text));
            return text;
        });
    }

    [Theory]
    [InlineData("Strict")]
    [InlineData("Warn")]
    public async Task Body_WithUnknownFieldsUnderLongNames_CostsNoMoreThanItsLength(string validation)
    {
        await using var server = await HostileServer.StartAsync();
        var inner = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"f{i}\":1"));
        var body = $$"""{"metadata":{"name":"m"},"{{new string('k', 200_000)}}":{{{inner}}},{{inner}}}""";

        await BoundedAsync(server, async () =>
        {
            var (code, text) = await server.SendAsync("POST", $"{HostileServer.Maps}?dryRun=All&fieldValidation={validation}", Encoding.UTF8.GetBytes(body));
            Assert.Equal(validation == "Strict" ? 400 : 201, (int)code);
            return text;
        });
    }

    [Fact]
    public async Task Object_MadeDeeperByPatches_IsRefusedWhereItCouldNotBeReadAgain()
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync(Anything);
        await server.AcceptedAsync("POST", HostileServer.Widgets, HostileServer.Widget("deep", "{}"));
        var path = HostileServer.Widgets + "/deep";
        var parent = "/spec";
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", 120)) + "{}" + new string('}', 120);
        var refused = false;
        for (var i = 0; i < 10 && !refused; i++)
        {
            var (code, text) = await server.SendAsync(
                "PATCH", path, $$"""[{"op":"add","path":"{{parent}}/a","value":{{nested}}}]""", "application/json-patch+json");
            Assert.True((int)code is 200 or (>= 400 and < 500), $"{i}: {(int)code} {HostileServer.Short(text)}");
            refused = (int)code != 200;
            parent += string.Concat(Enumerable.Repeat("/a", 121));
        }

        Assert.True(refused);
        server.RequireNoFailure();
        await server.AcceptedAsync("GET", path);
        await server.AcceptedAsync("PATCH", path, """{"metadata":{"labels":{"still":"writable"}}}""", "application/merge-patch+json");
        server.RequireNoFailure();
    }

    [Theory]
    [InlineData("POST", "application/json")]
    [InlineData("POST", "application/yaml")]
    [InlineData("PATCH", "application/apply-patch+yaml")]
    public async Task Object_OfEveryDepth_IsStoredAndChangedOrRefused(string method, string type)
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync(Anything);
        foreach (var depth in (int[])[10, 200, 240, 248, 250, 251, 252, 253, 254, 255, 256, 260, 300, 490, 494, 495, 496, 497, 498, 499, 500, 501, 10_000])
        {
            var body = HostileServer.Widget($"d{depth}", string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "{}" + new string('}', depth));
            var target = method == "POST" ? HostileServer.Widgets : $"{HostileServer.Widgets}/d{depth}?fieldManager=m";
            var (code, text) = await server.SendAsync(method, target, Encoding.UTF8.GetBytes(body), type);
            Assert.True((int)code is 201 or (>= 400 and < 500), $"{depth}: {(int)code} {HostileServer.Short(text)}");
            server.RequireNoFailure();
            if ((int)code == 201)
            {
                await server.AcceptedAsync("GET", $"{HostileServer.Widgets}/d{depth}");
                await server.AcceptedAsync("PATCH", $"{HostileServer.Widgets}/d{depth}", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json");
                await server.AcceptedAsync("DELETE", $"{HostileServer.Widgets}/d{depth}");
                server.RequireNoFailure();
            }
        }
    }

    [Fact]
    public async Task Object_GrownByPatches_IsRefusedAboveTheLargestBody()
    {
        await using var server = await HostileServer.StartAsync();
        await server.DefineAsync(Anything);
        await server.AcceptedAsync("POST", HostileServer.Widgets, HostileServer.Widget("large", "{}"));
        var refused = false;
        for (var i = 0; i < 5 && !refused; i++)
        {
            var (code, text) = await server.SendAsync(
                "PATCH", HostileServer.Widgets + "/large", $$"""{"spec":{"p{{i}}":"{{new string('x', 1_000_000)}}"} }""", "application/merge-patch+json");
            Assert.True((int)code is 200 or 413, $"{(int)code} {HostileServer.Short(text)}");
            refused = (int)code == 413;
        }

        Assert.True(refused);
        server.RequireNoFailure();
    }

    [Theory]
    [InlineData("(((((a{0,1000}){0,1000}){0,1000}){0,1000}){0,1000})")]
    [InlineData("((((((((((a+)+)+)+)+)+)+)+)+)+)+$")]
    [InlineData("(a|aa|aaa|a|aa)*b(.*.*.*.*.*.*.*.*.*.*.*.*)c{1000}")]
    [InlineData("a{2000}")]
    [InlineData("(?=a)b")]
    [InlineData(@"(a)\1")]
    [InlineData("[")]
    [InlineData(@"\p{NoSuchClass}")]
    public async Task Pattern_ThatIsCostly_IsRefusedOrMatchedInLinearTime(string pattern)
    {
        await using var server = await HostileServer.StartAsync();
        var schema = new JsonMap { ["type"] = "object", ["properties"] = new JsonMap { ["s"] = new JsonMap { ["type"] = "string", ["pattern"] = pattern } } };
        await BoundedAsync(server, async () =>
        {
            var (code, text) = await server.SendAsync("POST", HostileServer.Definitions, Encoding.UTF8.GetBytes(HostileServer.Definition(JsonTree.ToText(schema))));
            Assert.True((int)code is 201 or 422, HostileServer.Short(text));
            if ((int)code == 201)
            {
                while ((await server.SendAsync("GET", HostileServer.Widgets)).Code != System.Net.HttpStatusCode.OK)
                {
                    await Task.Yield();
                }

                await server.SendAsync("POST", HostileServer.Widgets, HostileServer.Widget("m", $$"""{"s":"{{new string('a', 50_000)}}!"}"""));
            }

            return text;
        });
    }

    [Fact]
    public async Task Pattern_NestedDeeply_IsRefused()
    {
        await using var server = await HostileServer.StartAsync();
        foreach (var depth in (int[])[900, 20_000, 300_000])
        {
            var pattern = new string('(', depth) + "a" + string.Concat(Enumerable.Repeat(")*", depth));
            var schema = $$$"""{"type":"object","properties":{"s":{"type":"string","pattern":"{{{pattern}}}"} } }""";
            await BoundedAsync(server, async () =>
            {
                var (code, text) = await server.SendAsync("POST", HostileServer.Definitions + "?dryRun=All", Encoding.UTF8.GetBytes(HostileServer.Definition(schema)));
                Assert.True((int)code is 201 or 422, HostileServer.Short(text));
                return text;
            });
        }
    }

    [Theory]
    [InlineData("1 + ", 30_000, "1", "")]
    [InlineData("(", 40_000, "1", ")")]
    [InlineData("[", 40_000, "1", "]")]
    [InlineData("!", 90_000, "true", "")]
    [InlineData("-", 90_000, "self.n", "")]
    [InlineData("true || ", 10_000, "true", "")]
    [InlineData("true ? true : ", 5_000, "true", "")]
    [InlineData("self", 1, "", ".n")]
    [InlineData("[1].all(x, ", 5_000, "true", ")")]
    [InlineData("[1,2,3,4,5,6,7,8,9,10].all(x, ", 40, "true", ")")]
    [InlineData("self.l.all(x, ", 12, "true", ")")]
    [InlineData("['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'].map(x, x + x)[0].size() + ", 1, "0", " > 0")]
    [InlineData("'aaaa'.matches('(a{0,900}){0,900}') || ", 1, "true", "")]
    public async Task Rule_ThatIsCostly_IsRefusedOrBounded(string open, int times, string inner, string close)
    {
        await using var server = await HostileServer.StartAsync();
        var repeatedClose = close == ".n" ? string.Concat(Enumerable.Repeat(close, 20_000)) : close.Length == 1 ? new string(close[0], times) : close;
        var rule = string.Concat(Enumerable.Repeat(open, times)) + inner + repeatedClose;
        var schema = new JsonMap
        {
            ["type"] = "object",
            ["properties"] = new JsonMap
            {
                ["n"] = new JsonMap { ["type"] = "integer" },
                ["l"] = new JsonMap { ["type"] = "array", ["maxItems"] = 10L, ["items"] = new JsonMap { ["type"] = "integer" } },
            },
            ["x-kubernetes-validations"] = new JsonList { new JsonMap { ["rule"] = rule } },
        };
        await BoundedAsync(server, async () =>
        {
            var (code, text) = await server.SendAsync("POST", HostileServer.Definitions, Encoding.UTF8.GetBytes(HostileServer.Definition(JsonTree.ToText(schema))));
            Assert.True((int)code is 201 or 422, HostileServer.Short(text));
            if ((int)code == 201)
            {
                while ((await server.SendAsync("GET", HostileServer.Widgets)).Code != System.Net.HttpStatusCode.OK)
                {
                    await Task.Yield();
                }

                var (made, answer) = await server.SendAsync(
                    "POST", HostileServer.Widgets, Encoding.UTF8.GetBytes(HostileServer.Widget("m", """{"n":1,"l":[1,2,3,4,5,6,7,8,9,10]}""")));
                Assert.True((int)made is 201 or 422, HostileServer.Short(answer));
            }

            return text;
        });
    }

    [Theory]
    [InlineData(".spec", "..a", 30, "")]
    [InlineData("", "..", 40, "a")]
    [InlineData(".spec", "..*", 12, "")]
    [InlineData(".spec.l[?(@", "[?(@", 40_000, "")]
    [InlineData(".spec.l", "[0,0,0,0,0,0,0,0,0,0]", 1, "")]
    [InlineData(".spec.l", "[*,*]", 1, "")]
    [InlineData(".spec.l[0:2147483647:2147483647]", "", 1, "")]
    [InlineData(".spec.l[2147483647]", "", 1, "")]
    [InlineData(".spec.l[-2147483648:-2147483648]", "", 1, "")]
    [InlineData(".spec.l[5:2147483647:2147483646]", "", 1, "")]
    public async Task ColumnPath_ThatIsCostly_IsRefusedOrBounded(string start, string step, int times, string end)
    {
        await using var server = await HostileServer.StartAsync();
        var path = start + string.Concat(Enumerable.Repeat(step, times)) + end;
        if (start.EndsWith("[?(@", StringComparison.Ordinal))
        {
            path += string.Concat(Enumerable.Repeat(")]", times + 1));
        }

        var columns = new JsonList { new JsonMap { ["name"] = "C", ["type"] = "string", ["jsonPath"] = path } };
        await BoundedAsync(server, async () =>
        {
            var (code, text) = await server.SendAsync(
                "POST", HostileServer.Definitions, Encoding.UTF8.GetBytes(HostileServer.Definition(Anything, $",\"additionalPrinterColumns\":{columns}")));
            Assert.True((int)code is 201 or 422, HostileServer.Short(text));
            if ((int)code == 201)
            {
                while ((await server.SendAsync("GET", HostileServer.Widgets)).Code != System.Net.HttpStatusCode.OK)
                {
                    await Task.Yield();
                }

                var nested = string.Concat(Enumerable.Repeat("{\"b\":[1,2,3],\"a\":", 60)) + "{}" + new string('}', 60);
                await server.AcceptedAsync("POST", HostileServer.Widgets, HostileServer.Widget("m", $$"""{"l":[1,2,3,4,5,6,7,8,9],"a":{{nested}}}"""));
                var (shown, table) = await server.SendAsync(
                    "GET", HostileServer.Widgets, headers: [("Accept", "application/json;as=Table;g=meta.k8s.io;v=v1")]);
                Assert.True((int)shown == 200, HostileServer.Short(table));
            }

            return text;
        });
    }

    [Fact]
    public async Task Selector_OfAHundredThousandTerms_IsAnsweredInTime()
    {
        await using var server = await HostileServer.StartAsync();
        var labels = Uri.EscapeDataString(string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"k{i}!=v")));
        var values = Uri.EscapeDataString($"k in ({string.Join(',', Enumerable.Range(0, 100_000))})");
        var fields = Uri.EscapeDataString(string.Join(',', Enumerable.Repeat("metadata.name!=x", 100_000)));
        foreach (var query in (string[])["labelSelector=" + labels, "labelSelector=" + values, "fieldSelector=" + fields])
        {
            await BoundedAsync(server, async () =>
            {
                // A URI has its own limit of 64 KiB in .NET; the server's door is opened with the path alone.
                var (code, text) = await server.SendAsync("DELETE", HostileServer.Maps + "?dryRun=All&" + query);
                Assert.True((int)code is >= 200 and < 500, HostileServer.Short(text));
                return text;
            });
        }
    }

    /// <summary>Does something that must cost little, and leave the store alone unless it says otherwise by its answer.</summary>
    private static async Task<string> BoundedAsync(HostileServer server, Func<Task<string>> act)
    {
        var before = GC.GetTotalAllocatedBytes();
        var answer = await act();
        var allocated = GC.GetTotalAllocatedBytes() - before;
        Assert.True(allocated < MostAllocated, $"{allocated >> 20} MiB were allocated.");
        server.RequireNoFailure();
        await server.AcceptedAsync("GET", "/api/v1/namespaces/default");
        return answer;
    }
}
