using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Adds up what the rules of one schema are estimated to cost.</summary>
/// <param name="suppressSingle">Whether the limit of a single rule does not count, as for a schema that did not change.</param>
internal sealed class RuleCosts(bool suppressSingle)
{
    /// <summary>The largest estimated cost of one rule.</summary>
    public const ulong RuleLimit = 10_000_000;

    /// <summary>The largest estimated cost of all rules of a schema.</summary>
    public const ulong SchemaLimit = 100_000_000;

    private readonly List<(string Field, ulong Cost)> _most = [];
    private ulong _total;

    /// <summary>Multiplies without overflow.</summary>
    /// <param name="left">One factor.</param>
    /// <param name="right">The other.</param>
    /// <returns>The product, or the largest number.</returns>
    public static ulong Multiply(ulong left, ulong right) =>
        left == 0 || right == 0 ? 0 : ulong.MaxValue / left < right ? ulong.MaxValue : left * right;

    /// <summary>Counts an expression.</summary>
    /// <param name="field">Where it stands.</param>
    /// <param name="cost">Its estimated cost.</param>
    /// <param name="errors">Collects the fault of an expression that costs too much.</param>
    public void Observe(string field, ulong cost, FieldErrors errors)
    {
        if (cost > RuleLimit && !suppressSingle)
        {
            errors.Forbidden(field, $"the estimated cost exceeds the budget by a factor of {Excess(cost, RuleLimit)}; simplify it, or add maxItems, maxProperties and maxLength where lists, maps and strings are declared");
        }

        _total = ulong.MaxValue - _total < cost ? ulong.MaxValue : _total + cost;
        if (cost >= SchemaLimit / 100)
        {
            _most.Add((field, cost));
            _most.Sort((a, b) => b.Cost.CompareTo(a.Cost));
            if (_most.Count > 4)
            {
                _most.RemoveAt(4);
            }
        }
    }

    /// <summary>Reports a schema whose rules cost too much together.</summary>
    /// <param name="path">The schema's path.</param>
    /// <param name="errors">Collects the faults.</param>
    public void Report(FieldPath path, FieldErrors errors)
    {
        if (_total <= SchemaLimit)
        {
            return;
        }

        foreach (var (field, _) in _most)
        {
            errors.Forbidden(field, "contributed to the estimated cost of all rules exceeding the limit of the entire schema");
        }

        errors.Forbidden(path.ToString(), $"the estimated cost of all rules exceeds the budget by a factor of {Excess(_total, SchemaLimit)}");
    }

    private static string Excess(ulong cost, ulong limit)
    {
        var factor = (double)cost / limit;
        return factor > 100 ? "more than 100x" : FormattableString.Invariant($"{factor:0.0}x");
    }
}
