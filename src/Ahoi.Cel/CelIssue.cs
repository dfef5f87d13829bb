namespace Ahoi.Cel;

/// <summary>One fault of an expression.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1, in characters.</param>
/// <param name="Message">What is wrong.</param>
public sealed record CelIssue(int Line, int Column, string Message);
