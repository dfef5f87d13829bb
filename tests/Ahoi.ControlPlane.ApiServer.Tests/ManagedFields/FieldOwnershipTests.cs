using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Tests.ManagedFields;

public sealed class FieldOwnershipTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Apply_NewObject_OwnsWhatItSays()
    {
        var pod = Apply(null, "m", """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},
             "spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}}}],"nodeSelector":{"x":"y"}}}
            """);

        Assert.Equal(
            """{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}},"f:resources":{"f:limits":{"f:cpu":{}}}}},"f:nodeSelector":{}}}""",
            Fields(pod, 0));
    }

    [Fact]
    public void Update_NewObject_OwnsParentsToo()
    {
        var service = Update(null, "m", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"s","labels":{"a":"b"}},"spec":{"ports":[{"port":80,"protocol":"TCP"}],"selector":{"a":"b"}}}
            """);

        Assert.Equal(
            """{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:protocol":{}}},"f:selector":{}}}""",
            Fields(service, 0));
    }

    [Fact]
    public void Apply_FieldOfAnother_ConflictsUnlessForced()
    {
        var live = Apply(null, "a", ConfigMap("""{"x":"1","y":"1"}"""));

        var exception = Assert.Throws<ApiException>(() => Apply(live, "b", ConfigMap("""{"x":"2"}""")));
        Assert.Equal(409, exception.Code);
        Assert.Equal([".data.x"], exception.Status.Details!.Causes.Select(c => c.Field));

        var taken = Apply(live, "b", ConfigMap("""{"x":"2"}"""), force: true);
        Assert.Equal("""{"x":"2","y":"1"}""", taken.Map("data")!.ToString());
        Assert.Equal("""{"f:data":{"f:y":{}}}""", Fields(taken, 0));
        Assert.Equal("""{"f:data":{"f:x":{}}}""", Fields(taken, 1));
    }

    [Fact]
    public void Apply_FieldLeftOut_GoesUnlessSharedWithAnother()
    {
        var live = Apply(null, "a", ConfigMap("""{"x":"1","y":"1"}"""));
        live = Apply(live, "b", ConfigMap("""{"y":"1"}"""));

        var second = live.Map("metadata")!.List("managedFields")!.Maps.Single(m => m.Text("manager") == "b");
        Assert.False(second.ContainsKey("time"));

        live = Apply(live, "a", ConfigMap("{}"));
        Assert.Equal("""{"y":"1"}""", live.Map("data")!.ToString());
    }

    [Fact]
    public void Apply_SameAgain_ChangesNothing()
    {
        var live = Apply(null, "a", ConfigMap("""{"x":"1"}"""));

        Assert.Null(Ownership("v1", "ConfigMap").Apply(live, JsonTree.ParseMap(ConfigMap("""{"x":"1"}""")), "a", false, Start.AddHours(1)));
    }

    [Fact]
    public void Apply_KeyedList_KeepsOthersPlaces()
    {
        var live = Apply(null, "m", Template("A", "B", "C"));
        live = Apply(live, "n", Template("X", "B"));
        Assert.Equal(["A", "X", "B", "C"], EnvironmentOf(live));

        live = Apply(live, "m", Template("C", "B", "A"));
        Assert.Equal(["X", "C", "B", "A"], EnvironmentOf(live));

        live = Apply(live, "n", Template("B"));
        Assert.Equal(["C", "B", "A"], EnvironmentOf(live));
    }

    [Fact]
    public void Apply_UntrackedObject_ProtectsWhatWasThere()
    {
        var live = JsonTree.ParseMap(ConfigMap("""{"x":"1"}"""));
        live.Map("metadata")!["uid"] = "u";

        var exception = Assert.Throws<ApiException>(() => Apply(live, "a", ConfigMap("""{"x":"2"}""")));
        Assert.Contains("before-first-apply", exception.Status.Details!.Causes[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_ClearedManagedFields_StopsTracking()
    {
        var live = Apply(null, "a", ConfigMap("""{"x":"1"}"""));
        live.Map("metadata")!["uid"] = "u";
        var changed = live.DeepClone();
        changed.Map("metadata")!["managedFields"] = new JsonList();
        changed.Map("data")!["x"] = "2";
        Ownership("v1", "ConfigMap").Update(live, changed, "b", Start);

        Assert.Null(changed.Map("metadata")!["managedFields"]);
    }

    [Fact]
    public void Update_ChangedField_MovesToTheUpdater()
    {
        var live = Apply(null, "a", ConfigMap("""{"x":"1","y":"1"}"""));
        var changed = live.DeepClone();
        changed.Map("data")!["x"] = "2";
        changed.Map("data")!.Remove("y");
        Ownership("v1", "ConfigMap").Update(live, changed, "b", Start);

        Assert.Single(changed.Map("metadata")!.List("managedFields")!);
        Assert.Equal("""{"f:data":{"f:x":{}}}""", Fields(changed, 0));
    }

    [Fact]
    public void Update_ElevenUpdaters_MergesTheOldest()
    {
        var live = JsonTree.ParseMap(ConfigMap("{}"));
        for (var i = 0; i < 12; i++)
        {
            var changed = live.DeepClone();
            changed.EnsureMap("data")[$"k{i}"] = "v";
            Ownership("v1", "ConfigMap").Update(live, changed, $"m{i}", Start.AddMinutes(i));
            live = changed;
        }

        var managers = live.Map("metadata")!.List("managedFields")!.Maps.Select(m => m.Text("manager")).ToArray();
        Assert.Equal(10, managers.Length);
        Assert.Equal("ancient-changes", managers[0]);
    }

    [Fact]
    public void Update_ResetField_IsNotOwned()
    {
        var scope = new OwnershipScope(Kind("apps/v1", "Deployment"), Find("apps/v1", "Deployment"), "") { Resets = ["status"] };
        var changed = JsonTree.ParseMap("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{},"spec":{"replicas":1},"status":{"replicas":1}}""");
        new FieldOwnership(scope).Update(new JsonMap { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment" }, changed, "m", Start);

        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", Fields(changed, 0));
    }

    private static string ConfigMap(string data) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{{data}}}""";

    private static string Template(params string[] names) => new JsonMap
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonMap { ["name"] = "t" },
        ["spec"] = new JsonMap
        {
            ["containers"] = new JsonList
            {
                new JsonMap { ["name"] = "a", ["env"] = new JsonList(names.Select(n => new JsonMap { ["name"] = n, ["value"] = n })) },
            },
        },
    }.ToString();

    private static IEnumerable<string?> EnvironmentOf(JsonMap pod) =>
        pod.Map("spec")!.List("containers")!.Maps.Single().List("env")!.Maps.Select(e => e.Text("name"));

    private static string Fields(JsonMap value, int entry) =>
        ((JsonMap)value.Map("metadata")!.List("managedFields")![entry]!).Map("fieldsV1")!.ToString();

    private static JsonMap Apply(JsonMap? live, string manager, string json, bool force = false)
    {
        var applied = JsonTree.ParseMap(json);
        var kind = applied.Text("kind")!;
        return Ownership("v1", kind).Apply(live ?? Empty("v1", kind), applied, manager, force, Start)!;
    }

    private static JsonMap Update(JsonMap? live, string manager, string json)
    {
        var changed = JsonTree.ParseMap(json);
        var kind = changed.Text("kind")!;
        Ownership("v1", kind).Update(live ?? Empty("v1", kind), changed, manager, Start);
        return changed;
    }

    private static JsonMap Empty(string version, string kind) => new() { ["apiVersion"] = version, ["kind"] = kind };

    private static FieldOwnership Ownership(string version, string kind) => new(new(Kind(version, kind), Find(version, kind), ""));

    private static GroupVersionKind Kind(string version, string kind) => GroupVersionKind.Of(version, kind);

    private static Schema Find(string version, string kind) => BuiltInSchemas.Find(Kind(version, kind))!;
}
