using System.Globalization;
using Ahoi.Framework.Controllers;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ahoi.Cli.Trees;

/// <summary>Draws the trees on a terminal, again and again in the same place.</summary>
internal sealed class LiveTreeView : TreeView
{
    private readonly ConvergenceTimes _times;
    private readonly TaskCompletionSource _end = new();
    private readonly TaskCompletionSource<LiveDisplayContext> _context = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;

    public LiveTreeView(long started)
    {
        _times = new ConvergenceTimes(started);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = TerminalOutput.HasColours(Console.Out) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
        _display = console.Live(new Text("")).StartAsync(context =>
        {
            _context.SetResult(context);
            return _end.Task;
        });
    }

    public override async ValueTask ShowAsync(IReadOnlyList<TreeNode> roots)
    {
        var context = await _context.Task;
        context.UpdateTarget(new Rows(roots.Select(Draw)));
        context.Refresh();
    }

    public override async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _display;
    }

    private IRenderable Draw(TreeNode root)
    {
        var tree = new Tree(Describe(root));
        Add(tree, root);
        return tree;
    }

    private void Add(IHasTreeNodes parent, TreeNode node)
    {
        foreach (var child in node.Children)
        {
            Add(parent.AddNode(Describe(child)), child);
        }
    }

    private string Describe(TreeNode node)
    {
        var (seen, ready) = _times.Of(node);
        var (colour, sign) = node.Readiness.State switch
        {
            ReadinessState.Ready => ("green", "✓"),
            ReadinessState.Failed => ("red", "✗"),
            _ => ("yellow", "…"),
        };
        var time = (ready ?? seen).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        var message = node.Readiness.IsReady ? "" : $"  [dim]{Markup.Escape(node.Readiness.Message)}[/]";
        return $"[{colour}]{sign}[/] {Markup.Escape(node.Value.Kind)} [bold]{Markup.Escape(node.Value.Name)}[/]  [dim]{time} s[/]{message}";
    }
}
