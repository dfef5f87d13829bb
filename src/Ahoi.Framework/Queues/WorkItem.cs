using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.Framework.Queues;

/// <summary>A key a worker has taken, why, how many reasons more there were, and how long it waited.</summary>
internal sealed record WorkItem(ObjectKey Key, IReadOnlyList<ReconcileCause> Causes, int OmittedCauses, TimeSpan Waited);
