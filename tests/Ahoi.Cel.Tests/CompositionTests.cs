using System.Globalization;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Tests;

/// <summary>Named expressions that others use.</summary>
public sealed class CompositionTests
{
    private static readonly CelEnvironment Environment = new([new("x", CelType.Dyn)]);

    [Fact]
    public void Evaluate_Variables_KeepTheirValues()
    {
        var composition = Compose(("a", "x + 1"), ("q", "quantity('1Gi')"), ("t", "timestamp('2024-01-01T00:00:00Z')"), ("b", "variables.a * 2"));

        var result = Run(composition, "variables.b == 4 && variables.q.isGreaterThan(quantity('1Mi')) && variables.t.getFullYear() == 2024", out _);

        Assert.True(result.IsTrue, result.Error);
    }

    [Fact]
    public void Evaluate_Variable_IsEvaluatedOnceAndOnlyWhenAsked()
    {
        var composition = Compose(("costly", "[1, 2, 3, 4, 5].map(i, i * 2)"), ("wrong", "x.missing"));
        var one = Run(composition, "variables.costly.size() > 0", out var first);
        var two = Run(composition, "variables.costly.size() > 0 && variables.costly.size() > 1", out var second);

        Assert.True(one.IsTrue && two.IsTrue);
        Assert.True(second - first < 10, string.Create(CultureInfo.InvariantCulture, $"{first} and {second}"));
        Assert.Contains("composited variable \"wrong\" fails to evaluate", Run(composition, "variables.wrong == 1", out _).Error, StringComparison.Ordinal);
        Assert.True(Run(composition, "true || variables.wrong == 1", out _).IsTrue);
    }

    [Fact]
    public void Compile_VariableOfItself_IsRefused()
    {
        var composition = Compose(("a", "variables.b"), ("b", "1"), ("c", "1 + 'x'"));

        Assert.Contains("undefined field 'b'", composition.Faults[0], StringComparison.Ordinal);
        Assert.Null(composition.Faults[1]);
        Assert.NotNull(composition.Faults[2]);
        Assert.Throws<CelException>(() => composition.Environment.Compile("variables.other"));
        Assert.Throws<CelException>(() => composition.Environment.Compile("variables.b == 'text'"));
        Assert.Contains("fails to compile", Run(composition, "variables.c == 1", out _).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_LongChain_EndsWithAnError()
    {
        var names = Enumerable.Range(0, 20_000).ToArray();
        var composition = new CelComposition(Environment, names.Select(i => KeyValuePair.Create(
            $"v{i}", i == 0 ? "1" : string.Create(CultureInfo.InvariantCulture, $"variables.v{i - 1}"))));

        Assert.NotNull(Run(composition, "variables.v19999 == 1", out _).Error);
    }

    [Fact]
    public void Evaluate_BudgetIsUsedUp_IsAnError()
    {
        var composition = Compose(("a", "[1, 2, 3].map(i, [1, 2, 3].map(j, i * j))"));
        var scope = new CelScope(composition, _ => 1L, 100);

        Assert.Equal(CelErrorKind.CostExceeded, scope.Evaluate(composition.Environment.Compile("variables.a.size() == 3")).ErrorKind);
        Assert.True(scope.Budget <= 0);
        Assert.Equal(CelErrorKind.CostExceeded, scope.Evaluate(composition.Environment.Compile("true")).ErrorKind);
    }

    [Fact]
    public void Compile_VariableWithADottedName_IsFoundUnlessALocalHidesIt()
    {
        var environment = new CelEnvironment([new("a", CelType.Map(CelType.String, CelType.Int)), new("a.b", CelType.String)]);
        var variables = new Dictionary<string, object?> { ["a"] = new Api.Json.JsonMap { ["c"] = 1L }, ["a.b"] = "text" };

        Assert.True(environment.Compile("a.b == 'text' && a.c == 1").Evaluate(variables).IsTrue);
        Assert.True(environment.Compile("[{'b': 1}].all(a, a.b == 1)").Evaluate(variables).IsTrue);
    }

    private static CelComposition Compose(params (string Name, string Text)[] variables) =>
        new(Environment, variables.Select(v => KeyValuePair.Create(v.Name, v.Text)));

    private static CelResult Run(CelComposition composition, string expression, out long cost)
    {
        var scope = new CelScope(composition, _ => 1L, CelLimits.RuntimeBudget);
        var result = scope.Evaluate(composition.Environment.Compile(expression));
        cost = CelLimits.RuntimeBudget - scope.Budget;
        return result;
    }
}
