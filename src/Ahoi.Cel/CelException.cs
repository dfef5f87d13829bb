using System.Text;

namespace Ahoi.Cel;

/// <summary>An expression that does not compile, fails, or costs too much. The only exception this library throws for expressions.</summary>
public sealed class CelException : Exception
{
    internal CelException(CelErrorKind kind, string message)
        : base(message) => Kind = kind;

    private CelException(string message, IReadOnlyList<CelIssue> issues)
        : base(message)
    {
        Kind = CelErrorKind.Compilation;
        Issues = issues;
    }

    /// <summary>Gets what went wrong.</summary>
    public CelErrorKind Kind { get; }

    /// <summary>Gets the faults of an expression that does not compile, in the order of their places.</summary>
    public IReadOnlyList<CelIssue> Issues { get; } = [];

    internal static CelException ForText(string text, IEnumerable<(int Position, string Message)> faults)
    {
        var lines = text.Split('\n');
        var issues = faults.OrderBy(f => f.Position).Select(fault => ToIssue(text, fault)).ToList();
        var message = new StringBuilder();
        foreach (var issue in issues)
        {
            message.Append(message.Length == 0 ? "" : "\n")
                .Append("ERROR: <input>:").Append(issue.Line).Append(':').Append(issue.Column).Append(": ").Append(issue.Message);
            var line = lines[issue.Line - 1];
            if (line.Length <= 1000)
            {
                message.Append("\n | ").Append(line).Append("\n | ").Append('.', issue.Column - 1).Append('^');
            }
        }

        return new(message.ToString(), issues);
    }

    private static CelIssue ToIssue(string text, (int Position, string Message) fault)
    {
        var before = text.AsSpan(0, Math.Min(fault.Position, text.Length));
        var line = before.Count('\n') + 1;
        return new(line, before.Length - (before.LastIndexOf('\n') + 1) + 1, fault.Message);
    }
}
