using Ahoi.Cel.Evaluation;
using Ahoi.Cel.Syntax;

namespace Ahoi.Cel.Checking;

/// <summary>Finds literals that can only fail: patterns, timestamps and durations.</summary>
internal static class LiteralChecks
{
    public static void Collect(Expr node, List<(int Position, string Message)> faults)
    {
        if (node is CallExpr { Arguments: [.., ConstantExpr { Value: string text } literal] } call)
        {
            var message = call.Function switch
            {
                "matches" when GoRegex.Compile(text) is null => "invalid matches argument",
                "timestamp" when CelTimestamp.Parse(text) is null => "invalid timestamp argument",
                "duration" when CelDuration.Parse(text) is null => "invalid duration argument",
                _ => null,
            };
            if (message is not null)
            {
                faults.Add((literal.Position, message));
            }
        }

        foreach (var child in Children(node))
        {
            Collect(child, faults);
        }
    }

    public static IEnumerable<Expr> Children(Expr node) => node switch
    {
        SelectExpr select => [select.Operand],
        CallExpr { Target: { } target } call => [target, .. call.Arguments],
        CallExpr call => call.Arguments,
        ListExpr list => list.Items,
        MapExpr map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        MessageExpr message => message.Fields.Select(f => f.Value),
        FoldExpr fold => [fold.Range, fold.Init, fold.Condition, fold.Step, fold.Result],
        _ => [],
    };
}
