namespace Ahoi.Framework.Controllers;

/// <summary>An event about the reconciled object; repeats are counted, not repeated.</summary>
/// <param name="Type">The type.</param>
/// <param name="Reason">What happened, as one word for programs.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record EventDraft(EventType Type, string Reason, string Message);
