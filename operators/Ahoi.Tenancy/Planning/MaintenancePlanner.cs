using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy.Planning;

/// <summary>Decides when a running server may be restarted: not before every connection pool in front of it is paused.</summary>
internal static class MaintenancePlanner
{
    public const string Requested = nameof(Requested);
    public const string Running = nameof(Running);
    public const string Postponed = nameof(Postponed);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(30);

    /// <summary>Takes the next step.</summary>
    /// <param name="present">Where the work is.</param>
    /// <param name="wanted">The fingerprint of what the server should be started with.</param>
    /// <param name="server">The server as it is.</param>
    /// <param name="pools">The connection pools in front of it.</param>
    /// <param name="now">The time.</param>
    public static MaintenanceStep Next(
        MaintenanceStatus? present, string wanted, ServerState server, IReadOnlyCollection<PoolAnswer> pools, DateTimeOffset now)
    {
        if (server.Fingerprint == wanted)
        {
            return present?.Phase == Running && !server.IsSettled ? new(present, true) : new(null, true);
        }

        // Nobody is connected to a server that does not answer, and without a pool nobody can be asked to wait.
        if (present?.Phase == Running || !server.IsSettled || pools.Count == 0)
        {
            return new(present?.Phase == Running ? present : null, true);
        }

        if (present is null || !present.Id.StartsWith(wanted + "-", StringComparison.Ordinal))
        {
            return new(new MaintenanceStatus { Id = $"{wanted}-1", Phase = Requested }, false);
        }

        if (present.Phase == Postponed)
        {
            return present.RetryAt > now
                ? new(present, false)
                : new(new MaintenanceStatus { Id = $"{wanted}-{Attempt(present) + 1}", Phase = Requested }, false);
        }

        if (pools.Any(p => p.FailedFor == present.Id))
        {
            return new(present with { Phase = Postponed, RetryAt = now + TryAgainAfter }, false);
        }

        return pools.All(p => p.PausedFor == present.Id) ? new(present with { Phase = Running }, false) : new(present, false);
    }

    private static int Attempt(MaintenanceStatus present) =>
        int.TryParse(present.Id.AsSpan(present.Id.LastIndexOf('-') + 1), out var attempt) ? attempt : 1;
}

/// <summary>Where planned work is, and whether the server may be changed now. It may once Running was written down, so
/// that pools and whoever takes over know of it.</summary>
internal sealed record MaintenanceStep(MaintenanceStatus? Status, bool MayChange);

/// <summary>A server as it is.</summary>
/// <param name="Fingerprint">What it was started with; <see langword="null"/> where there is none.</param>
/// <param name="IsSettled">Whether it answers and nothing about it is on its way.</param>
internal sealed record ServerState(string? Fingerprint, bool IsSettled);

/// <summary>What a connection pool says of planned work.</summary>
internal sealed record PoolAnswer(string Name, string? PausedFor, string? FailedFor);
