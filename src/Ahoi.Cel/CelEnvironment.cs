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
    private static readonly FunctionRegistry Functions = BuildFunctions(patches: false);
    private static readonly FunctionRegistry PatchFunctions = BuildFunctions(patches: true);

    private readonly FrozenDictionary<string, CelType> _variables;
    private readonly bool _patches;

    /// <summary>Makes an environment.</summary>
    /// <param name="variables">The variables' types by name.</param>
    public CelEnvironment(IEnumerable<KeyValuePair<string, CelType>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        _variables = variables.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private CelEnvironment(FrozenDictionary<string, CelType> variables, bool patches) => (_variables, _patches) = (variables, patches);

    /// <summary>Makes an environment with one more variable.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="type">Its type.</param>
    /// <returns>The environment.</returns>
    public CelEnvironment With(string name, CelType type) =>
        new(_variables.Append(new(name, type)).ToFrozenDictionary(StringComparer.Ordinal), _patches);

    /// <summary>
    /// Makes an environment whose expressions can also make objects (<c>Object{spec: Object.spec{replicas: 3}}</c>, each
    /// type named by the path of the field it is for) and operations of a JSON patch (<c>JSONPatch{op: "add", ...}</c>,
    /// <c>jsonpatch.escapeKey</c>), as those of mutating admission policies do.
    /// </summary>
    /// <returns>The environment.</returns>
    public CelEnvironment WithPatchTypes() => new(_variables, patches: true);

    /// <summary>Reads and checks an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <returns>The program; keep it, compiling is the expensive part.</returns>
    /// <exception cref="CelException">The text is no expression, or its types do not fit.</exception>
    public CelProgram Compile(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var root = Parser.Parse(text);
        var checker = new Checker(_variables, _patches ? PatchFunctions : Functions, _patches ? PatchTypes.Find : null);
        var type = checker.Check(root);
        LiteralChecks.Collect(root, checker.Faults);
        if (checker.Faults.Count > 0)
        {
            throw CelException.ForText(text, checker.Faults);
        }

        var cost = new CostEstimator(_variables).Estimate(root);
        return new(text, root, type, _variables, checker.Used, checker.Slots, cost, _patches);
    }

    private static FunctionRegistry BuildFunctions(bool patches)
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
        if (patches)
        {
            JsonPatches.AddTo(functions);
        }

        return functions;
    }
}
