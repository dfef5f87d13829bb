namespace Ahoi.Framework.Planning;

/// <summary>What is to be done about a child, and because of what: a field, or a reason.</summary>
internal readonly record struct ChildDecision(ChildAction Action, string Why = "");
