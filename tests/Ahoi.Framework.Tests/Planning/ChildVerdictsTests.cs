using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Discovery;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Controllers.Engine;
using Ahoi.Framework.Planning;

namespace Ahoi.Framework.Tests.Planning;

public sealed class ChildVerdictsTests
{
    private static readonly ObjectKey Owner = new("default", "my");

    private readonly ChildVerdicts _verdicts = new();

    [Fact]
    public void Find_OtherVersionContentOrManner_IsNothing()
    {
        _verdicts.Note(Owner, Child("a", "x"), "7");

        Assert.NotNull(_verdicts.Find(Owner, Child("a", "x"), "7"));
        Assert.Null(_verdicts.Find(Owner, Child("a", "x"), "8"));
        Assert.Null(_verdicts.Find(Owner, Child("a", "y"), "7"));
        Assert.Null(_verdicts.Find(Owner, Child("b", "x"), "7"));
        Assert.Null(_verdicts.Find(Owner, Child("a", "x", createOnly: true), "7"));
        Assert.Null(_verdicts.Find(new("default", "other"), Child("a", "x"), "7"));
    }

    [Fact]
    public void Keep_ChildrenThatAreNotDescribedAnyMore_AreForgotten()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            _verdicts.Note(Owner, Child(name, "x"), "7");
        }

        _verdicts.Keep(Owner, [Child("b", "x")]);

        Assert.NotNull(_verdicts.Find(Owner, Child("b", "x"), "7"));
        Assert.Null(_verdicts.Find(Owner, Child("a", "x"), "7"));
        _verdicts.Forget(Owner);
        Assert.Null(_verdicts.Find(Owner, Child("b", "x"), "7"));
    }

    [Fact]
    public void Comparable_LeavesOutWhatNoFieldSetSpeaksOf()
    {
        var content = JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"n","labels":{"l":"1"}},"data":{"t":"x"}}""");
        var before = content.ToString();

        Assert.Equal("""{"metadata":{"labels":{"l":"1"}},"data":{"t":"x"}}""", Wanted(content).Comparable().ToString());
        Assert.Equal(before, content.ToString());
        Assert.Equal("{}", Wanted(JsonTree.ParseMap("""{"kind":"ConfigMap","metadata":{"name":"a"}}""")).Comparable().ToString());
    }

    private static WantedChild Child(string name, string text, bool createOnly = false) =>
        Wanted(new() { ["metadata"] = new JsonMap { ["name"] = name }, ["data"] = new JsonMap { ["text"] = text } }, createOnly);

    private static WantedChild Wanted(JsonMap content, bool createOnly = false)
    {
        var resource = new ApiResource(new("", "v1", "configmaps"), new("", "v1", "ConfigMap"), Namespaced: true);
        return new(new Child(content) { CreateOnly = createOnly }, resource, new("default", content.Map("metadata")!.Text("name")!), content, 0, "");
    }
}
