using Ahoi.Api.Json;
using Ahoi.Cel.Types;
using CsCheck;

namespace Ahoi.Cel.Tests;

/// <summary>Whatever fits its types compiles, and evaluates to a value or an error, never to an exception.</summary>
public sealed class WellTypedExpressionTests
{
    private const int MaxDepth = 4;

    private static readonly CelEnvironment Environment = new(new Dictionary<string, CelType>
    {
        ["n"] = CelType.Int,
        ["s"] = CelType.String,
        ["l"] = CelType.List(CelType.Int),
        ["m"] = CelType.Map(CelType.String, CelType.Int),
        ["d"] = CelType.Dyn,
    });

    private static readonly Dictionary<string, object?> Variables = new()
    {
        ["n"] = 7L,
        ["s"] = "näive \U0001F600",
        ["l"] = new JsonList { 3L, 1L, 2L },
        ["m"] = new JsonMap { ["a"] = 1L, ["b"] = -1L },
        ["d"] = new JsonMap { ["x"] = new JsonList { "y", null, 1.5 } },
    };

    [Fact]
    public void CompileAndEvaluate_WellTypedExpression_NeverThrows() =>
        Bool(MaxDepth).Sample(
            text =>
            {
                var program = Environment.Compile(text);
                var result = program.Evaluate(Variables, 100_000);
                Assert.Equal(CelTypeKind.Bool, program.ResultType.Kind);
                Assert.True(result.Error is not null || result.Value is bool, text);
            },
            seed: "0N0XIzNsQ0O2",
            iter: 2_000,
            threads: 1);

    private static Gen<string> Bool(int depth) => depth == 0
        ? Constant("true", "false", "n == 7", "s.contains('x')", "has(d.x)")
        : Gen.OneOf(
            Two(Bool(depth - 1), "&&"),
            Two(Bool(depth - 1), "||"),
            Bool(depth - 1).Select(b => $"!({b})"),
            Two(Int(depth - 1), "<"),
            Two(Int(depth - 1), "=="),
            Two(Text(depth - 1), "<="),
            Two(List(depth - 1), "=="),
            Gen.Select(Int(depth - 1), List(depth - 1), (i, l) => $"({i}) in ({l})"),
            Gen.Select(List(depth - 1), Bool(depth - 1), (l, b) => $"({l}).exists(i, i > n && ({b}))"),
            Gen.Select(Text(depth - 1), Text(depth - 1), (s, t) => $"({s}).startsWith({t})"),
            Bool(depth - 1).Select(b => $"d.x.all(i, i != null || ({b}))"));

    private static Gen<string> Int(int depth) => depth == 0
        ? Constant("n", "0", "-1", "9223372036854775807", "m['a']", "m['none']", "size(l)")
        : Gen.OneOf(
            Two(Int(depth - 1), "+"),
            Two(Int(depth - 1), "*"),
            Two(Int(depth - 1), "/"),
            Two(Int(depth - 1), "%"),
            Text(depth - 1).Select(s => $"size({s})"),
            Text(depth - 1).Select(s => $"int({s})"),
            List(depth - 1).Select(l => $"({l}).sum()"),
            Gen.Select(List(depth - 1), Int(depth - 1), (l, i) => $"({l})[{i}]"),
            Gen.Select(Bool(depth - 1), Int(depth - 1), Int(depth - 1), (b, i, j) => $"(({b}) ? ({i}) : ({j}))"));

    private static Gen<string> Text(int depth) => depth == 0
        ? Constant("s", "''", "'42'", "'a b'")
        : Gen.OneOf(
            Two(Text(depth - 1), "+"),
            Int(depth - 1).Select(i => $"string({i})"),
            Text(depth - 1).Select(s => $"({s}).upperAscii()"),
            Gen.Select(Text(depth - 1), Int(depth - 1), (s, i) => $"({s}).substring({i})"),
            Gen.Select(Text(depth - 1), Text(depth - 1), (s, t) => $"({s}).replace('a', {t})"));

    private static Gen<string> List(int depth) => depth == 0
        ? Constant("l", "[1, 2]", "[n]")
        : Gen.OneOf(
            Two(List(depth - 1), "+"),
            Gen.Select(List(depth - 1), Bool(depth - 1), (l, b) => $"({l}).filter(i, i > 1 || ({b}))"),
            Gen.Select(List(depth - 1), Int(depth - 1), (l, i) => $"({l}).map(i, i + ({i}))"));

    private static Gen<string> Two(Gen<string> part, string operation) => Gen.Select(part, part, (a, b) => $"({a}) {operation} ({b})");

    private static Gen<string> Constant(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
}
