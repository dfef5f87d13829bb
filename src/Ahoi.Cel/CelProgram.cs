using Ahoi.Cel.Costs;
using Ahoi.Cel.Evaluation;
using Ahoi.Cel.Syntax;
using Ahoi.Cel.Types;

namespace Ahoi.Cel;

/// <summary>A compiled expression. Immutable and safe for concurrent use.</summary>
public sealed class CelProgram
{
    private readonly Expr _root;
    private readonly IReadOnlyDictionary<string, CelType> _variables;
    private readonly int _slots;
    private readonly bool _patches;

    internal CelProgram(string text, Expr root, CelType type, IReadOnlyDictionary<string, CelType> variables, IReadOnlySet<string> used, int slots, long cost, bool patches)
    {
        Text = text;
        ResultType = type;
        UsedVariables = used;
        EstimatedCost = cost;
        _root = root;
        _variables = variables;
        _slots = slots;
        _patches = patches;
    }

    /// <summary>Gets the expression's text.</summary>
    public string Text { get; }

    /// <summary>Gets the type of what the expression gives.</summary>
    public CelType ResultType { get; }

    /// <summary>Gets the names of the variables the expression refers to; a rule that uses <c>oldSelf</c> is a transition rule.</summary>
    public IReadOnlySet<string> UsedVariables { get; }

    /// <summary>Gets the worst case of what an evaluation costs, for the sizes the types allow.</summary>
    /// <value><see cref="long.MaxValue"/> where nothing bounds it.</value>
    public long EstimatedCost { get; }

    /// <summary>Evaluates the expression. Never throws for what the expression does.</summary>
    /// <param name="variables">The variables' values: JSON values (see <see cref="Api.Json.JsonMap"/>), read in place
    /// and not copied, or <see cref="CelOptionalValue"/>, <see cref="DateTimeOffset"/>, <see cref="ICelAuthorizer"/>.</param>
    /// <param name="costLimit">What the evaluation may cost; <see cref="CelLimits.PerCall"/> is Kubernetes' own.</param>
    /// <returns>The value or the error, and the cost.</returns>
    public CelResult Evaluate(IReadOnlyDictionary<string, object?> variables, long costLimit = CelLimits.PerCall)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return Evaluate(name => variables.TryGetValue(name, out var value) ? value : new CelError($"no such attribute: {name}"), costLimit);
    }

    /// <summary>Evaluates the expression. Never throws for what the expression does.</summary>
    /// <param name="variables">Gives a variable's value when the expression needs it.</param>
    /// <param name="costLimit">What the evaluation may cost.</param>
    /// <returns>The value or the error, and the cost.</returns>
    public CelResult Evaluate(Func<string, object?> variables, long costLimit)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var cost = 0L;
        CelResult result;
        Effort.Begin();
        try
        {
            var value = Run(variables, costLimit, out cost);
            result = value is CelError error ? new(null, error.Message, cost)
                : _patches && PatchTypes.FindMismatch(value) is { } mismatch ? new(null, mismatch, cost)
                : new(JsonValues.ToJson(value), null, cost);
        }
        catch (CelException exception)
        {
            result = new(null, exception.Message, cost, exception.Kind);
        }

        return result with { Cost = Size.Add(result.Cost, Effort.End()) };
    }

    /// <summary>Evaluates the expression to a value as other expressions see it.</summary>
    /// <exception cref="CelException">It costs too much.</exception>
    internal object? Run(Func<string, object?> variables, long costLimit, out long cost)
    {
        var evaluator = new Evaluator(_variables, name => Bound(name, variables(name)), _slots, costLimit);
        try
        {
            return evaluator.Evaluate(_root);
        }
        finally
        {
            cost = evaluator.Cost;
        }
    }

    private object? Bound(string name, object? value) => value switch
    {
        CelOptionalValue optional => optional.ToValue(_variables[name]),
        CelAuthorizerResource resource => new Libraries.AuthorizerValue(resource.Authorizer) { TypeName = CelType.AuthorizerResource.Name, Query = resource.Query },
        ICelAuthorizer authorizer => new Libraries.AuthorizerValue(authorizer),
        _ => value,
    };
}
