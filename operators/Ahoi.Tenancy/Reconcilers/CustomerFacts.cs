using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy.Reconcilers;

/// <summary>What a customer has now, besides what it should have.</summary>
/// <param name="Database">Its Database, also where it is being deleted.</param>
/// <param name="Retained">The volumes that are kept although nothing uses them.</param>
/// <param name="IsDraining">Whether a Scheduler waits for its last jobs.</param>
/// <param name="Now">The time.</param>
internal sealed record CustomerFacts(Database? Database, IReadOnlyList<RetainedVolume> Retained, bool IsDraining, DateTimeOffset Now);
