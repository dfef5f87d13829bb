using Ahoi.Framework.Planning;

namespace Ahoi.Cli.Plans;

/// <summary>Writes a plan for people: a line for each object, below it what would be written, below that the fields.</summary>
internal sealed class PlanText(TextWriter output, bool colours)
{
    private const int Shown = 40;
    private const string Green = "32";
    private const string Yellow = "33";
    private const string Red = "31";

    public async Task WriteAsync(OperatorPlan plan)
    {
        foreach (var value in plan.Objects)
        {
            await output.WriteLineAsync($"{value.Kind.Kind} {value.Key}  ({value.Controller})");
            foreach (var change in value.Changes)
            {
                await WriteAsync(change);
            }

            foreach (var fault in value.Faults)
            {
                await output.WriteLineAsync(Paint(Red, $"  ! {fault}"));
            }
        }

        foreach (var note in plan.Notes)
        {
            await output.WriteLineAsync($"  not looked at: {note}");
        }

        await output.WriteLineAsync(Summary(plan));
    }

    private async Task WriteAsync(PlannedChange change)
    {
        var (sign, colour) = change.Action switch
        {
            PlannedAction.Create => ("+", Green),
            PlannedAction.Delete => ("-", Red),
            _ => ("~", Yellow),
        };
        var part = change.Subresource is null ? "" : $" ({change.Subresource})";
        var why = change.Why.Length == 0 ? "" : $"  because {change.Why}";
        await output.WriteLineAsync(Paint(colour, $"  {sign} {change.Kind.Kind} {change.Key}{part}") + why);
        foreach (var field in change.Fields.Take(Shown))
        {
            await output.WriteLineAsync("      " + field switch
            {
                { Before: null } => Paint(Green, $"{field.Path}: {field.After}"),
                { After: null } => Paint(Red, $"{field.Path}: {field.Before} goes"),
                _ => Paint(Yellow, $"{field.Path}: {field.Before} -> {field.After}"),
            });
        }

        if (change.Fields.Count > Shown)
        {
            await output.WriteLineAsync($"      and {change.Fields.Count - Shown} fields more; -o json shows all");
        }
    }

    private static string Summary(OperatorPlan plan)
    {
        var changes = plan.Objects.SelectMany(o => o.Changes).ToList();
        int Count(PlannedAction action) => changes.Count(c => c.Action == action);
        var looked = $"{plan.Reconciled} objects looked at";
        return changes.Count == 0
            ? $"{looked}, nothing to write"
            : $"{looked}: {Count(PlannedAction.Create)} to create, {Count(PlannedAction.Update)} to change, {Count(PlannedAction.Delete)} to delete";
    }

    private string Paint(string colour, string text) => colours ? $"\e[{colour}m{text}\e[0m" : text;
}
