using Ahoi.Api.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>An event about the reconciled object; repeats are counted, not repeated.</summary>
/// <param name="Type">The type.</param>
/// <param name="Reason">What happened, as one word for programs.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record EventDraft(EventType Type, string Reason, string Message)
{
    /// <summary>Gets what was done or tried when it happened, as one word for programs.</summary>
    /// <value>The default is <c>Reconcile</c>.</value>
    public string Action { get; init; } = "Reconcile";

    /// <summary>Gets another object that has to do with it, or <see langword="null"/>.</summary>
    public (GroupVersionKind Kind, ObjectKey Key)? Related { get; init; }
}
