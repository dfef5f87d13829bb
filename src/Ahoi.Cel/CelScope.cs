using System.Runtime.CompilerServices;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel;

/// <summary>
/// Evaluates expressions about the same facts on one budget. A variable of the composition is evaluated when the first
/// expression asks for it, and only once. Not safe for concurrent use.
/// </summary>
/// <param name="composition">The variables.</param>
/// <param name="facts">Gives the value of everything else expressions refer to; see <see cref="CelProgram.Evaluate(Func{string, object}, long)"/>.</param>
/// <param name="budget">What all evaluations may cost together.</param>
public sealed class CelScope(CelComposition composition, Func<string, object?> facts, long budget)
{
    private const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    private Variables? _variables;

    /// <summary>Gets what is left of the budget.</summary>
    public long Budget { get; private set; } = budget;

    /// <summary>Evaluates an expression.</summary>
    /// <param name="program">The expression, compiled in the composition's environment.</param>
    /// <returns>The value or the error.</returns>
    public CelResult Evaluate(CelProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (Budget <= 0)
        {
            return new(null, OutOfBudget, 0, CelErrorKind.CostExceeded);
        }

        var result = program.Evaluate(Find, Math.Min(Budget, CelLimits.PerCall));
        Budget -= result.Cost;
        return result;
    }

    private object? Find(string name) => name == "variables" ? _variables ??= new(this) : facts(name);

    private object? Compute(string name)
    {
        var (program, fault) = composition.Find(name);
        if (program is null)
        {
            return new CelError($"composited variable \"{name}\" fails to compile: {fault}");
        }

        if (Budget <= 0)
        {
            throw new CelException(CelErrorKind.CostExceeded, OutOfBudget);
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return new CelError($"composited variable \"{name}\" fails to evaluate: too many variables in a row");
        }

        object? value;
        var cost = 0L;
        try
        {
            value = program.Run(Find, Math.Min(Budget, CelLimits.PerCall), out cost);
        }
        finally
        {
            Budget -= cost;
        }

        return value is CelError error ? new CelError($"composited variable \"{name}\" fails to evaluate: {error.Message}") : value;
    }

    private sealed class Variables(CelScope scope) : CelMap
    {
        private readonly Dictionary<string, object?> _known = new(StringComparer.Ordinal);

        public override int Count => scope.Names.Count();

        public override IEnumerable<object> Keys => scope.Names;

        public override bool TryGet(object? key, out object? value)
        {
            value = null;
            if (key is not string name || !scope.Names.Contains(name))
            {
                return false;
            }

            if (!_known.TryGetValue(name, out value))
            {
                _known[name] = value = scope.Compute(name);
            }

            return true;
        }
    }

    private IEnumerable<string> Names => composition.Names;
}
