namespace Ahoi.Cli.Trees;

/// <summary>Shows trees of objects while they change: live on a terminal, line by line elsewhere.</summary>
internal abstract class TreeView : IAsyncDisposable
{
    /// <summary>Makes the view that fits where the output goes.</summary>
    /// <param name="output">The output.</param>
    /// <param name="started">The timestamp that times are counted from.</param>
    public static TreeView Create(TextWriter output, long started) =>
        TerminalOutput.IsTerminal(output)
            ? new LiveTreeView(started)
            : new LineTreeView(output, started);

    /// <summary>Shows the trees as they are now.</summary>
    public abstract ValueTask ShowAsync(IReadOnlyList<TreeNode> roots);

    public abstract ValueTask DisposeAsync();
}
