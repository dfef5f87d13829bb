using System.Text;
using Ahoi.Api.Json;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Tests;

/// <summary>Objects and patches that expressions make.</summary>
public sealed class PatchTypesTests
{
    private static readonly CelEnvironment Environment =
        new CelEnvironment(new Dictionary<string, CelType> { ["object"] = CelType.Dyn }).WithPatchTypes();

    private static readonly Dictionary<string, object?> Variables = new()
    {
        ["object"] = JsonTree.Parse(Encoding.UTF8.GetBytes("""{"spec":{"replicas":2,"labels":{"a":"b"}}}""")),
    };

    [Theory]
    [InlineData("Object{}", "{}")]
    [InlineData("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}", """{"spec":{"replicas":3}}""")]
    [InlineData("Object{metadata: Object.metadata{labels: {'x/y': 'z'}}}", """{"metadata":{"labels":{"x/y":"z"}}}""")]
    [InlineData("Object{spec: Object.spec{items: [Object.spec.items{name: 'a'}, Object.spec.items{name: 'b'}]}}", """{"spec":{"items":[{"name":"a"},{"name":"b"}]}}""")]
    [InlineData("Object{spec: Object.spec{?replicas: object.spec.?replicas, ?other: object.spec.?other, plain: object.spec.?other}}", """{"spec":{"replicas":2,"plain":null}}""")]
    [InlineData("object.spec.replicas > 1 ? Object{spec: Object.spec{paused: true}} : Object{}", """{"spec":{"paused":true}}""")]
    [InlineData("Object{spec: Object.spec{labels: object.spec.labels}}", """{"spec":{"labels":{"a":"b"}}}""")]
    [InlineData("[JSONPatch{op: 'add', path: '/a/' + jsonpatch.escapeKey('x~y/z'), value: Object.a{b: 1}}]", """[{"op":"add","path":"/a/x~0y~1z","value":{"b":1}}]""")]
    [InlineData("[JSONPatch{op: 'move', from: '/a', path: '/b'}] + (has(object.spec) ? [] : [JSONPatch{op: 'remove', path: '/c'}])", """[{"op":"move","from":"/a","path":"/b"}]""")]
    [InlineData("object.spec.labels.map(k, JSONPatch{op: 'test', path: k, value: object.spec.labels[k]})", """[{"op":"test","path":"a","value":"b"}]""")]
    public void Evaluate_MadeValue_IsItsJson(string expression, string expected)
    {
        var result = Environment.Compile(expression).Evaluate(Variables);

        Assert.Null(result.Error);
        Assert.True(JsonTree.Equals(JsonTree.Parse(Encoding.UTF8.GetBytes(expected)), result.Value), result.Value?.ToString());
    }

    [Theory]
    [InlineData("JSONPatch{op: 'add'}.op == 'add' && JSONPatch{}.path == '' && has(JSONPatch{op: 'x'}.op) && !has(JSONPatch{}.op)")]
    [InlineData("JSONPatch{op: 'add', value: 1} == JSONPatch{op: 'add', value: 1} && JSONPatch{op: 'add'} != JSONPatch{op: 'remove'}")]
    [InlineData("Object.a{x: 1} == Object.a{x: 1} && dyn(Object.a{x: 1}) != dyn(Object.b{x: 1}) && dyn(Object.a{x: 1}) != dyn({'x': 1})")]
    [InlineData("Object.a{x: [1]}.x == [1] && type(Object.a{}) != type(Object.b{})")]
    public void Evaluate_MadeValue_HasFieldsAndEquality(string expression) =>
        Assert.True(Environment.Compile(expression).Evaluate(Variables).IsTrue, Environment.Compile(expression).Evaluate(Variables).Error);

    [Theory]
    [InlineData("Object{spec: Object.specx{}}", "unexpected type name \"Object.specx\", expected \"Object.spec\"")]
    [InlineData("Object{spec: Object.spec{items: [Object.spec.item{}]}}", "unexpected type name \"Object.spec.item\", expected \"Object.spec.items\"")]
    [InlineData("Object{spec: Object.spec{m: {'k': Object.m{}}}}", "unexpected type name \"Object.m\", expected \"Object.spec.m\"")]
    [InlineData("[JSONPatch{op: 'add', path: '/a', value: Object.a{b: Object.c{}}}]", "unexpected type name \"Object.c\", expected \"Object.a.b\"")]
    public void Evaluate_TypeOfAnotherPlace_IsAnError(string expression, string fault) =>
        Assert.Contains(fault, Environment.Compile(expression).Evaluate(Variables).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("JSONPatch{wrong: 1}", "undefined field 'wrong'")]
    [InlineData("JSONPatch{op: 1}", "expected type of field 'op' is 'string' but provided type is 'int'")]
    [InlineData("JSONPatch{?op: 'add'}", "expected type 'optional_type(string)' but found 'string'")]
    [InlineData("Other{}", "undeclared reference to 'Other'")]
    [InlineData("Object{'spec': 1}", "expecting IDENTIFIER")]
    public void Compile_WrongFields_IsRefused(string expression, string fault) =>
        Assert.Contains(fault, Assert.Throws<CelException>(() => Environment.Compile(expression)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Object{}")]
    [InlineData("jsonpatch.escapeKey('a')")]
    public void Compile_WithoutPatchTypes_IsRefused(string expression) =>
        Assert.Throws<CelException>(() => new CelEnvironment([]).Compile(expression));

    [Theory]
    [InlineData("true ? 1 : dyn(2)", "dyn")]
    [InlineData("true ? dyn(1) : 2", "dyn")]
    [InlineData("true ? 1 : 2", "int")]
    [InlineData("[1] + [dyn(2)]", "list(dyn)")]
    [InlineData("true ? Object{} : object", "dyn")]
    [InlineData("1 == dyn(1)", "bool")]
    [InlineData("object.?a.orValue(true)", "dyn")]
    [InlineData("true ? [] : [1]", "list(int)")]
    public void ResultType_OneValueIsOfAnyType_IsAnyType(string expression, string expected) =>
        Assert.Equal(expected, Environment.Compile(expression).ResultType.ToString());

    [Fact]
    public void ResultType_OfMadeValues_IsWhatMutationsMustGive()
    {
        Assert.Equal(CelType.ApplyConfiguration, Environment.Compile("Object{}").ResultType);
        Assert.NotEqual(CelType.ApplyConfiguration, Environment.Compile("Object.spec{}").ResultType);
        Assert.Equal(CelType.List(CelType.JsonPatch), Environment.Compile("[JSONPatch{}]").ResultType);
    }

    [Fact]
    public void Evaluate_MadeObject_CostsWhatItDoesInKubernetes()
    {
        var result = Environment.Compile("Object{spec: Object.spec{}}").Evaluate(Variables);

        Assert.Equal(80, result.Cost);
        Assert.Equal(80, Environment.Compile("Object{spec: Object.spec{}}").EstimatedCost);
    }
}
