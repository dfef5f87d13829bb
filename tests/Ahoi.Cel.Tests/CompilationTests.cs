using System.Text;
using Ahoi.Api.Json;
using Ahoi.Cel.Types;
using CsCheck;

namespace Ahoi.Cel.Tests;

public sealed class CompilationTests
{
    private static readonly JsonMap Schema = (JsonMap)JsonTree.Parse(Encoding.UTF8.GetBytes("""
        {"type":"object","properties":{
          "a":{"type":"integer"},"s":{"type":"string","maxLength":10},"n":{"type":"number"},"t":{"type":"string","format":"date-time"},
          "my-field":{"type":"string"},"namespace":{"type":"string"},"x":{"x-kubernetes-int-or-string":true},
          "l":{"type":"array","items":{"type":"integer"}},"small":{"type":"array","maxItems":20,"items":{"type":"object","properties":{"k":{"type":"string","maxLength":20}}}},
          "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "m":{"type":"object","additionalProperties":{"type":"string"}}}}
        """))!;

    private static readonly string[] Pieces =
        ["self", ".", "a", "(", ")", "[", "]", "{", "}", "1", "1u", "'s'", "+", "-", "==", "&&", "||", "!", "?", ":", ",", "in", "map", "all", "has", "x", "size", "null", "oldSelf", " ", "l", "optMap", "matches", "\\", "\""];

    private static readonly CelEnvironment Environment = new(new Dictionary<string, CelType>
    {
        ["self"] = SchemaTypes.FromSchema(Schema, isResource: true),
        ["oldSelf"] = SchemaTypes.FromSchema(Schema, isResource: true),
    });

    [Theory]
    [InlineData("self.b > 0", "undefined field 'b'")]
    [InlineData("self.a == 'x'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("self.a >", "Syntax error")]
    [InlineData("self.a.nosuch()", "undeclared reference to 'nosuch'")]
    [InlineData("other > 1", "undeclared reference to 'other' (in container '')")]
    [InlineData("self.metadata.namespace == 'x'", "undefined field 'namespace'")]
    [InlineData("[1, 'a'].size() == 2", "expected type 'int' but found 'string'")]
    [InlineData("self.s.matches('(')", "invalid matches argument")]
    [InlineData("duration('x') == duration('y')", "invalid duration argument")]
    [InlineData("base64.encode(b'a') == ''", "undeclared reference")]
    [InlineData("math.greatest(1, 2) == 2", "undeclared reference")]
    [InlineData("has(self)", "invalid argument to has() macro")]
    [InlineData("let == 1", "reserved identifier: let")]
    [InlineData("'abc", "Syntax error")]
    [InlineData("9223372036854775808 > 0", "invalid int literal")]
    [InlineData("", "Syntax error")]
    [InlineData("self.a in 5", "found no matching overload for '@in'")]
    public void Compile_WrongExpression_SaysWhy(string text, string message)
    {
        var exception = Assert.Throws<CelException>(() => Environment.Compile(text));

        Assert.Equal(CelErrorKind.Compilation, exception.Kind);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("ERROR: <input>:1:", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("self.a + 1 == 2 && self.my__dash__field == 'q' && self.__namespace__ == 'z'")]
    [InlineData("self.n == 2.0 && type(self.n) == double && double(3) >= self.n")]
    [InlineData("self.t.getFullYear() == 2024 && self.x == 5 && self.x != 'x'")]
    [InlineData("self.set == ['b', 'a'] || self.set == oldSelf.set")]
    [InlineData("self.m['k'] == 'v' && self.m.k == 'v' && size(self.set + ['a']) == 2")]
    [InlineData("self.metadata.name == 'w' && self.kind == 'Widget' && !has(self.metadata.generateName)")]
    [InlineData("self == oldSelf && self.?s.orValue('none') == 'none'")]
    public void Evaluate_WithSchema_ReadsFieldsAsTheirTypes(string text)
    {
        var value = JsonTree.Parse(Encoding.UTF8.GetBytes("""
            {"kind":"Widget","metadata":{"name":"w"},"a":1,"n":2,"t":"2024-01-01T00:00:00Z","my-field":"q","namespace":"z","x":5,"set":["a","b"],"m":{"k":"v"}}
            """));

        var result = Environment.Compile(text).Evaluate(new Dictionary<string, object?> { ["self"] = value, ["oldSelf"] = value });

        Assert.Null(result.Error);
        Assert.True(result.IsTrue);
    }

    [Fact]
    public void Compile_OldSelf_IsAmongTheUsedVariables() =>
        Assert.Equal(["oldSelf", "self"], Environment.Compile("self.a >= oldSelf.a").UsedVariables.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("self.a > 0", true)]
    [InlineData("self.l.all(x, x > 0)", true)]
    [InlineData("self.l.all(x, self.l.all(y, x == y))", false)]
    [InlineData("self.small.all(x, self.small.all(y, x == y || x != y))", true)]
    [InlineData("self.set.exists(x, x.contains(self.s))", false)]
    public void EstimatedCost_FollowsTheBounds(string text, bool affordable)
    {
        var cost = Environment.Compile(text).EstimatedCost;

        Assert.True(cost <= CelLimits.EstimatePerRule == affordable, $"cost is {cost}");
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("-!")]
    [InlineData("1+")]
    [InlineData("{1:")]
    [InlineData("true?")]
    [InlineData("self.a.")]
    [InlineData("[1].map(x,")]
    public void Compile_EndlessNesting_IsRefused(string piece) =>
        Assert.Throws<CelException>(() => Environment.Compile(string.Concat(Enumerable.Repeat(piece, 90_000 / piece.Length))));

    [Fact]
    public void Compile_LongChain_IsFine() =>
        Assert.Equal(CelType.Bool, Environment.Compile(string.Join(" && ", Enumerable.Repeat("self.a>0", 3000))).ResultType);

    [Fact]
    public void Compile_OfAnything_ThrowsNothingElse() =>
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i])
            .List[0, 25].Select(parts => string.Concat(parts)).Sample(
                text =>
                {
                    try
                    {
                        _ = Environment.Compile(text).Evaluate(new Dictionary<string, object?> { ["self"] = new JsonMap { ["a"] = 1L }, ["oldSelf"] = null });
                    }
                    catch (CelException exception)
                    {
                        Assert.Equal(CelErrorKind.Compilation, exception.Kind);
                    }
                },
                iter: 20_000);
}
