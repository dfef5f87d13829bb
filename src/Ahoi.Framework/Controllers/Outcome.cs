using Ahoi.Framework.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>What became of a description's children.</summary>
public sealed class Outcome
{
    private readonly ObjectTypes _types;

    internal Outcome(ObjectTypes types, IReadOnlyList<ChildOutcome> children)
    {
        _types = types;
        Children = children;
    }

    /// <summary>Gets the children, in the description's order.</summary>
    public IReadOnlyList<ChildOutcome> Children { get; }

    /// <summary>Gets what happened while they were written and people should know.</summary>
    internal IReadOnlyList<EventDraft> Events { get; init; } = [];

    /// <summary>Gets after how long a child that was left alone is looked at again.</summary>
    internal TimeSpan? Again => Children.Min(c => c.Again);

    /// <summary>Gets whether every child is there and ready.</summary>
    public bool AllReady => Children.All(c => c.State == ChildState.Ready);

    /// <summary>Gets whether a child could not be written or says that it failed.</summary>
    public bool AnyFailed => Children.Any(c => c.State == ChildState.Failed);

    /// <summary>Gets what the first child that is not ready waits for, or <see langword="null"/>.</summary>
    public ChildOutcome? FirstUnready =>
        Children.FirstOrDefault(c => c.State == ChildState.Failed) ?? Children.FirstOrDefault(c => c.State != ChildState.Ready);

    /// <summary>Gets a child as it is in the cluster now.</summary>
    /// <typeparam name="T">The child's type.</typeparam>
    /// <param name="name">Its name; may be left out where there is one child of that type.</param>
    /// <returns>The live object, or <see langword="null"/> where it is not there yet.</returns>
    /// <exception cref="InvalidOperationException">Only the metadata of its kind is kept; see
    /// <see cref="ControllerOptions.Owns{TChild}"/>.</exception>
    public T? Live<T>(string? name = null)
        where T : class
    {
        var codec = _types.CodecOf(typeof(T));
        var child = Children.FirstOrDefault(c => c.Kind == codec.Kind && (name is null || c.Key.Name == name));
        if (child?.IsMetadataAlone is true)
        {
            throw new InvalidOperationException($"Only the metadata of {child.Kind.Kind} is kept; read {child.Key} with the context's client.");
        }

        return child?.Live is { } live ? (T)codec.Decode(live) : null;
    }
}
