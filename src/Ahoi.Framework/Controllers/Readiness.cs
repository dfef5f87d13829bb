using Ahoi.Api.Json;

namespace Ahoi.Framework.Controllers;

/// <summary>Whether a child does what it is there for.</summary>
/// <param name="State">The state.</param>
/// <param name="Message">What it waits for or what failed; empty where there is nothing to say.</param>
public readonly partial record struct Readiness(ReadinessState State, string Message = "")
{
    /// <summary>Gets that it does.</summary>
    public static Readiness Ready { get; } = new(ReadinessState.Ready);

    /// <summary>Gets whether it does.</summary>
    public bool IsReady => State == ReadinessState.Ready;

    /// <summary>It does not yet.</summary>
    /// <param name="message">What it waits for.</param>
    /// <returns>The readiness.</returns>
    public static Readiness Waiting(string message) => new(ReadinessState.Waiting, message);

    /// <summary>It will not without somebody changing something.</summary>
    /// <param name="message">What failed.</param>
    /// <returns>The readiness.</returns>
    public static Readiness Failed(string message) => new(ReadinessState.Failed, message);

    /// <summary>
    /// Judges a live object by what its kind is known to say: workloads by their replicas, jobs by their outcome, namespaces
    /// and claims by their phase, anything else by its Ready condition where it has one, for its present generation.
    /// </summary>
    /// <param name="live">The object.</param>
    /// <returns>The readiness.</returns>
    public static Readiness Of(JsonMap live)
    {
        ArgumentNullException.ThrowIfNull(live);
        return KnownReadiness.Judge(live);
    }
}
