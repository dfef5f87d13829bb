using System.Globalization;

namespace Ahoi.Cli.Trees;

/// <summary>Writes a line for each object that appears or whose state changes.</summary>
internal sealed class LineTreeView(TextWriter output, long started) : TreeView
{
    private readonly ConvergenceTimes _times = new(started);
    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);

    public override async ValueTask ShowAsync(IReadOnlyList<TreeNode> roots)
    {
        foreach (var root in roots)
        {
            await WriteAsync(root, 0);
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task WriteAsync(TreeNode node, int depth)
    {
        var (seen, ready) = _times.Of(node);
        var state = node.Readiness.IsReady ? "ready" : node.Readiness.Message;
        if (_written.GetValueOrDefault(node.Value.Uid) != state)
        {
            _written[node.Value.Uid] = state;
            var time = (ready ?? seen).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
            await output.WriteLineAsync($"{time,7} s  {new string(' ', depth * 2)}{node.Title}: {state}");
        }

        foreach (var child in node.Children)
        {
            await WriteAsync(child, depth + 1);
        }
    }
}
