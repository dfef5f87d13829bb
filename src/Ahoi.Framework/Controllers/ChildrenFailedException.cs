namespace Ahoi.Framework.Controllers;

/// <summary>Some children could not be written; the others were.</summary>
public sealed class ChildrenFailedException : Exception
{
    internal ChildrenFailedException(IReadOnlyList<ChildOutcome> children)
        : base(
            string.Join("; ", children.Select(c => $"{c.Kind.Kind} {c.Key}: {c.Message}")),
            children.Count == 1 ? children[0].Fault : new AggregateException(children.Select(c => c.Fault!))) => Children = children; // Only failed ones come here.

    /// <summary>Gets the children that could not be written.</summary>
    public IReadOnlyList<ChildOutcome> Children { get; }
}
