using Ahoi.Client.Requests;
using Ahoi.Framework.Access;
using Ahoi.Framework.Events;
using Ahoi.Framework.Informers;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Hosting;

/// <summary>Something an operator does beside its controllers, while it leads.</summary>
internal interface IOperatorWork
{
    /// <summary>Gets the name, for health and logs.</summary>
    string Name { get; }

    /// <summary>Gets whether its caches are complete, so that it works.</summary>
    bool IsRunning { get; }

    /// <summary>Gets what it has to be allowed.</summary>
    IReadOnlyList<AccessRule> Needs { get; }

    /// <summary>Works until it is cancelled; begins anew with the next leadership.</summary>
    Task RunAsync(OperatorTools tools, CancellationToken cancellationToken);
}

/// <summary>What the parts of an operator share.</summary>
internal sealed record OperatorTools(ApiClient Client, ClusterCache Cache, EventRecorder Events, TimeProvider Time, Random Random, ILoggerFactory Loggers);
