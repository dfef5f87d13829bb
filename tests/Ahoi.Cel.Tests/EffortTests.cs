using System.Globalization;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Tests;

/// <summary>Small expressions that would take time or memory without end.</summary>
public sealed class EffortTests
{
    private static readonly CelEnvironment Environment = new([new("text", CelType.String), new("v", CelType.Dyn)]);
    private static readonly string Long = new('a', 500_000);

    [Theory]
    [InlineData("D == D")]
    [InlineData("D")]
    [InlineData("'%s'.format([D])")]
    [InlineData("D in [D]")]
    [InlineData("D.flatten(50).size() == 0")]
    [InlineData("D.distinct().size() == 1")]
    [InlineData("{'a': D} == {'a': D}")]
    [InlineData("sets.contains(D, D)")]
    [InlineData("D.indexOf(1) == 0")]
    [InlineData("v[D]")]
    [InlineData("C == C")]
    [InlineData("text.replace('', text).size() > 0")]
    [InlineData("lists.range(4000).map(i, text).join(',').size() > 0")]
    [InlineData("'%s'.format([lists.range(4000).map(i, text)]).size() > 0")]
    [InlineData("lists.range(4000).map(i, text)")]
    public void Evaluate_WithoutEnd_EndsSoonWithAnError(string expression)
    {
        var program = Environment.Compile(expression.Replace("D", $"dyn({Nested("[x{0}, x{0}]")})", StringComparison.Ordinal)
            .Replace("C", Nested("x{0} + x{0}"), StringComparison.Ordinal));

        var result = program.Evaluate(name => name == "text" ? Long : new Api.Json.JsonMap(), CelLimits.PerCall);

        Assert.NotNull(result.Error);
    }

    [Fact]
    public async Task Evaluate_DeepValueMadeStepByStep_EndsWithAnError()
    {
        // On a small stack, so that it is too deep whatever the compiler makes of the code.
        const int StackSize = 512 * 1024;
        var ended = new TaskCompletionSource();
        var thread = new Thread(
            () =>
            {
                try
                {
                    MakeDeepValue();
                    ended.SetResult();
                }
#pragma warning disable CA1031 // It is the test's, and handed to it.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    ended.SetException(exception);
                }
            },
            StackSize);
        thread.Start();
        await ended.Task;
    }

    [Fact]
    public void Evaluate_LargeValue_CostsWhatItTakes()
    {
        var list = new Api.Json.JsonList(Enumerable.Range(0, 600_000).Select(i => (object?)(long)i));
        var result = Environment.Compile("v == v").Evaluate(_ => list, CelLimits.PerCall);

        Assert.True(result.IsTrue, result.Error);
        Assert.InRange(result.Cost, 80_000, 140_000);
    }

    private static void MakeDeepValue()
    {
        const int Depth = 10_000;
        var composition = new CelComposition(Environment, Enumerable.Range(0, Depth).Select(i => KeyValuePair.Create(
            $"v{i}", i == 0 ? "dyn([1])" : string.Create(CultureInfo.InvariantCulture, $"dyn([variables.v{i - 1}])"))));
        var scope = new CelScope(composition, _ => null, long.MaxValue);
        for (var i = 0; i < Depth; i += 100)
        {
            Assert.True(scope.Evaluate(composition.Environment.Compile($"variables.v{i} != null")).IsTrue);
        }

        Assert.NotNull(scope.Evaluate(composition.Environment.Compile($"variables.v{Depth - 100} == [variables.v{Depth - 101}]")).Error);
        Assert.NotNull(scope.Evaluate(composition.Environment.Compile($"variables.v{Depth - 100}")).Error);
    }

    private static string Nested(string twice)
    {
        var text = "[1]";
        for (var i = 0; i < 40; i++)
        {
            text = $"[{text}].map(x{i}, {string.Format(CultureInfo.InvariantCulture, twice, i)})[0]";
        }

        return text;
    }
}
