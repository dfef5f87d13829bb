namespace Ahoi.Framework.Access;

/// <summary>What an operator does with a resource.</summary>
/// <param name="Group">The resource's group; empty for the core group.</param>
/// <param name="Resource">The resource's plural, with the subresource where there is one: <c>pods/status</c>.</param>
/// <param name="Verbs">What is done, in alphabetical order.</param>
public sealed record AccessRule(string Group, string Resource, IReadOnlyList<string> Verbs);
