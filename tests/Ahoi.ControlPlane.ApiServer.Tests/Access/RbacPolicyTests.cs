using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Access.Rbac;

namespace Ahoi.ControlPlane.ApiServer.Tests.Access;

public sealed class RbacPolicyTests
{
    private static readonly UserInfo Bob = new("bob", "", ["devs", UserInfo.AuthenticatedGroup]);

    [Theory]
    [InlineData("get", "", "configmaps", "", "", true)]
    [InlineData("get", "", "configmaps", "status", "", false)]
    [InlineData("delete", "", "configmaps", "", "", false)]
    [InlineData("get", "apps", "deployments", "", "", false)]
    [InlineData("get", "apps", "deployments", "scale", "web", true)]
    [InlineData("patch", "", "secrets", "", "own", true)]
    [InlineData("patch", "", "secrets", "", "other", false)]
    [InlineData("patch", "", "secrets", "", "", false)]
    public void Allows_RoleInNamespace_MatchesVerbGroupResourceAndName(
        string verb, string group, string resource, string subresource, string name, bool allowed)
    {
        var policy = RbacPolicy.Empty
            .With("Role", "team", "r", JsonTree.ParseMap(
                """
                {"rules":[
                  {"verbs":["get","list"],"apiGroups":[""],"resources":["configmaps"]},
                  {"verbs":["get"],"apiGroups":["*"],"resources":["*/scale"]},
                  {"verbs":["*"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["own"]}]}
                """))
            .With("RoleBinding", "team", "b", Binding("team", "Role", "r", """{"kind":"Group","name":"devs"}"""));

        var request = new AccessRequest
        {
            User = Bob, Verb = verb, Group = group, Resource = resource, Subresource = subresource, Name = name, Namespace = "team",
        };

        Assert.Equal(allowed, policy.Allows(request));
        Assert.False(policy.Allows(request with { Namespace = "elsewhere" }));
        Assert.False(policy.Allows(request with { Namespace = "" }));
    }

    [Fact]
    public void Allows_AfterBindingIsDeleted_NoMore()
    {
        var policy = Bootstrap().With("ClusterRoleBinding", "", "b", Binding("", "ClusterRole", "view", """{"kind":"User","name":"bob"}"""));
        var request = new AccessRequest { User = Bob, Verb = "list", Resource = "pods" };

        Assert.True(policy.Allows(request));
        Assert.False(policy.With("ClusterRoleBinding", "", "b", null).Allows(request));
    }

    [Fact]
    public void Allows_ServiceAccountWithoutNamespace_MeansTheBindings()
    {
        var robot = new UserInfo("system:serviceaccount:team:robot", "", []);
        var policy = Bootstrap().With("RoleBinding", "team", "b", Binding("team", "ClusterRole", "edit", """{"kind":"ServiceAccount","name":"robot"}"""));

        Assert.True(policy.Allows(new AccessRequest { User = robot, Verb = "create", Resource = "pods", Namespace = "team" }));
    }

    [Theory]
    [InlineData("/version", true)]
    [InlineData("/apis/apps/v1", true)]
    [InlineData("/metrics", false)]
    public void Allows_Paths_ByPrefix(string path, bool allowed) =>
        Assert.Equal(allowed, Bootstrap().Allows(new AccessRequest { User = Bob, Verb = "get", Path = path }));

    [Fact]
    public void Uncovered_MoreThanHeld_NamesTheRest()
    {
        PolicyRule[] held =
        [
            new() { Verbs = ["get", "list"], ApiGroups = [""], Resources = ["configmaps", "*/status"] },
        ];

        var rest = PolicyRule.Uncovered(
            held,
            [new() { Verbs = ["get", "delete"], ApiGroups = [""], Resources = ["configmaps", "pods/status"], ResourceNames = ["a"] }]);

        Assert.Equal(["delete configmaps", "delete pods/status"], rest.Select(r => $"{r.Verbs[0]} {r.Resources[0]}"));
    }

    private static RbacPolicy Bootstrap() => BootstrapPolicy.Objects()
        .Aggregate(RbacPolicy.Empty, (policy, o) => policy.With(o.Text("kind")!, "", (string)o.At("metadata", "name")!, o));

    private static JsonMap Binding(string @namespace, string kind, string role, string subject) => JsonTree.ParseMap(
        $$$"""{"metadata":{"namespace":"{{{@namespace}}}"},"roleRef":{"kind":"{{{kind}}}","name":"{{{role}}}"},"subjects":[{{{subject}}}]}""");
}
