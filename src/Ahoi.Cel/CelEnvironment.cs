using System.Collections.Frozen;
using Ahoi.Cel.Checking;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Libraries;
using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel;

/// <summary>
/// What expressions may refer to: declared variables and Kubernetes' function libraries. Immutable and safe for
/// concurrent use. For validation rules, declare <c>self</c> (and <c>oldSelf</c> for transition rules) with the type
/// <see cref="SchemaTypes.FromSchema"/> makes of the schema node that carries the rule; with optionalOldSelf,
/// <c>oldSelf</c> is <see cref="CelType.Optional"/> of that type and its value a <see cref="CelOptionalValue"/>.
/// </summary>
public sealed class CelEnvironment
{
    private static readonly FunctionRegistry Functions = BuildFunctions();

    private readonly FrozenDictionary<string, CelType> _variables;

    /// <summary>Makes an environment.</summary>
    /// <param name="variables">The variables' types by name.</param>
    public CelEnvironment(IEnumerable<KeyValuePair<string, CelType>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        _variables = variables.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Makes an environment with one more variable.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="type">Its type.</param>
    /// <returns>The environment.</returns>
    public CelEnvironment With(string name, CelType type) => new(_variables.Append(new(name, type)));

    /// <summary>Reads and checks an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <returns>The program; keep it, compiling is the expensive part.</returns>
    /// <exception cref="CelException">The text is no expression, or its types do not fit.</exception>
    public CelProgram Compile(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var root = Parser.Parse(text);
        var checker = new Checker(_variables, Functions);
        var type = checker.Check(root);
        LiteralChecks.Collect(root, checker.Faults);
        if (checker.Faults.Count > 0)
        {
            throw CelException.ForText(text, checker.Faults);
        }

        var cost = new CostEstimator(_variables).Estimate(root);
        return new(text, root, type, _variables, checker.Used, checker.Slots, cost);
    }

    private static FunctionRegistry BuildFunctions()
    {
        var functions = new FunctionRegistry();
        Operators.AddTo(functions);
        Conversions.AddTo(functions);
        Strings.AddTo(functions);
        Times.AddTo(functions);
        Lists.AddTo(functions);
        RegularExpressions.AddTo(functions);
        Optionals.AddTo(functions);
        Quantities.AddTo(functions);
        Urls.AddTo(functions);
        Networks.AddTo(functions);
        Formats.AddTo(functions);
        Semvers.AddTo(functions);
        Authorizers.AddTo(functions);
        return functions;
    }
}
