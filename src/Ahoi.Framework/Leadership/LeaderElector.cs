using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Client.Transport;
using Microsoft.Extensions.Logging;

namespace Ahoi.Framework.Leadership;

/// <summary>
/// Lets one of several replicas work at a time, agreed on through a <c>coordination.k8s.io/v1</c> Lease. Trusts no other
/// machine's clock: whether a leader is gone is measured from when this replica last saw the Lease change.
/// </summary>
public sealed partial class LeaderElector
{
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");

    private readonly ApiClient _client;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ObjectKey _key;
    private (LeaseRecord Record, long At)? _observed;
    private string? _holder;

    /// <summary>Makes an elector; nothing is sent before <see cref="RunAsync"/>.</summary>
    /// <param name="client">The API server. Use one of its own, so that a flood of other requests cannot hold up a renewal.</param>
    /// <param name="options">The Lease and its times.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes of leadership are told.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public LeaderElector(ApiClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        options.Validate();
        _client = client;
        _options = options;
        _time = time;
        _logger = logger;
        _key = new ObjectKey(options.LeaseNamespace, options.LeaseName);
    }

    /// <summary>Gets the current term, or <see langword="null"/> where this replica does not lead. Ask its <see cref="LeadershipTerm.IsValid"/> before a write.</summary>
    public LeadershipTerm? Term { get; private set; }

    /// <summary>Gets who holds the Lease as it was seen last: an identity, an empty text where nobody does, and
    /// <see langword="null"/> as long as it was not seen.</summary>
    public string? Holder => Volatile.Read(ref _holder);

    /// <summary>Gets the Lease.</summary>
    public ObjectKey Lease => _key;

    /// <summary>Gets whether this replica leads and may write now.</summary>
    public bool IsLeader => Term is { IsValid: true };

    /// <summary>
    /// Competes for the Lease until <paramref name="cancellationToken"/> is cancelled, and works while it is held. When
    /// leadership is lost, the work is cancelled and awaited, and the competition begins anew. At the end the Lease is
    /// released, after the work has ended.
    /// </summary>
    /// <param name="work">The work of a leader; its token is cancelled when the term is over.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    /// <returns>When the work has ended and the Lease is released.</returns>
    /// <remarks>An exception of <paramref name="work"/> releases the Lease and is thrown on.</remarks>
    public async Task RunAsync(Func<LeadershipTerm, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        while (true)
        {
            Term = await AcquireAsync(cancellationToken).ConfigureAwait(false);
            LogStarted(_logger, _options.Identity, _key, Term.Number);
            try
            {
                await LeadAsync(Term, work, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                var valid = Term.IsValid;
                Term.End();
                Term = null;
                LogStopped(_logger, _options.Identity, _key);
                if (valid)
                {
                    await ReleaseAsync().ConfigureAwait(false);
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task LeadAsync(LeadershipTerm term, Func<LeadershipTerm, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Renewing outlives the work's cancellation: while the work drains, nobody else may lead.
        using var renewing = new CancellationTokenSource();
        var renewal = RenewAsync(term, renewing.Token);
        var working = BeginAsync();
        await Task.WhenAny(renewal, working).ConfigureAwait(false);
        await leading.CancelAsync().ConfigureAwait(false);
        try
        {
            await working.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        finally
        {
            await renewing.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
        }

        // What the work throws at once must not leave the renewal behind.
        async Task BeginAsync() => await work(term, leading.Token).ConfigureAwait(false);
    }

    private async Task<LeadershipTerm> AcquireAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var began = _time.GetTimestamp();
            try
            {
                if (await TryTakeAsync(cancellationToken).ConfigureAwait(false) is { } record)
                {
                    return new LeadershipTerm(_time, _options.RenewDeadline, began, record.Transitions);
                }
            }
            catch (Exception exception) when (IsExpected(exception, cancellationToken))
            {
                LogTryFailed(_logger, exception, _key, _options.RetryPeriod);
            }

            await Task.Delay(_options.RetryPeriod, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Renews until the term is over, another holds the Lease, or it is cancelled. Never throws.</summary>
    private async Task RenewAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Shorter(_options.RetryPeriod, term.Remaining), _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested || !term.IsValid)
            {
                return;
            }

            var began = _time.GetTimestamp();
            try
            {
                if (await TryTakeAsync(cancellationToken).ConfigureAwait(false) is null)
                {
                    term.End();
                    return;
                }

                // An answer that came after the term was over does not bring it back.
                if (term.IsValid)
                {
                    term.Renewed(began);
                }
            }
            catch (Exception exception) when (IsExpected(exception, cancellationToken))
            {
                LogTryFailed(_logger, exception, _key, _options.RetryPeriod);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Takes or renews the Lease if it is ours, free, or its holder has been silent for its duration.</summary>
    /// <returns>The Lease as written, or <see langword="null"/> where somebody else holds it.</returns>
    private async Task<LeaseRecord?> TryTakeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.RenewDeadline / 2, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var found = await _client.FindAsync(Leases, _key, cancellationToken: either.Token).ConfigureAwait(false);
            if (found is null)
            {
                return Observe(await _client.CreateAsync(Leases, _key.Namespace, NewLease(), cancellationToken: either.Token).ConfigureAwait(false));
            }

            var lease = found.ToMap();
            var record = LeaseRecord.Read(lease);
            Volatile.Write(ref _holder, record.Holder);
            if (_observed is not { } observed || observed.Record.ResourceVersion != record.ResourceVersion)
            {
                _observed = observed = (record, _time.GetTimestamp());
            }

            var ours = record.Holder == _options.Identity;
            if (!ours && record.Holder.Length > 0 && _time.GetElapsedTime(observed.At) < record.Duration)
            {
                return null;
            }

            Put(lease.EnsureMap("spec"), record, ours);
            // The resource version in the body makes this fail where somebody was faster.
            return Observe(await _client.ReplaceAsync(Leases, _key, lease, cancellationToken: either.Token).ConfigureAwait(false));
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            return null;
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The Lease {_key} could not be read or written in {_options.RenewDeadline / 2}.", exception);
        }
    }

    private async Task ReleaseAsync()
    {
        // The caller's token is cancelled by now; the release has a limit of its own.
        using var limit = new CancellationTokenSource(_options.RetryPeriod, _time);
        try
        {
            if (await _client.FindAsync(Leases, _key, cancellationToken: limit.Token).ConfigureAwait(false) is { } found
                && found.ToMap() is var lease && LeaseRecord.Read(lease).Holder == _options.Identity)
            {
                var spec = lease.EnsureMap("spec");
                spec["holderIdentity"] = "";
                spec["leaseDurationSeconds"] = 1;
                spec["renewTime"] = LeaseRecord.Time(_time.GetUtcNow());
                await _client.ReplaceAsync(Leases, _key, lease, cancellationToken: limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is ApiException or TransportException or OperationCanceledException)
        {
            // The others find out by themselves after the lease's duration.
            LogReleaseFailed(_logger, exception, _key);
        }
    }

    private LeaseRecord Observe(RawObject lease)
    {
        var record = LeaseRecord.Read(lease.ToMap());
        _observed = (record, _time.GetTimestamp());
        Volatile.Write(ref _holder, record.Holder);
        return record;
    }

    private JsonMap NewLease()
    {
        var spec = new JsonMap();
        Put(spec, new LeaseRecord("", TimeSpan.Zero, -1, ""), ours: false);
        return new JsonMap
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonMap { ["name"] = _options.LeaseName, ["namespace"] = _options.LeaseNamespace },
            ["spec"] = spec,
        };
    }

    private void Put(JsonMap spec, LeaseRecord before, bool ours)
    {
        var now = LeaseRecord.Time(_time.GetUtcNow());
        spec["holderIdentity"] = _options.Identity;
        spec["leaseDurationSeconds"] = (long)_options.LeaseDuration.TotalSeconds;
        spec["renewTime"] = now;
        if (!ours)
        {
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = before.Transitions + 1;
        }
    }

    private static bool IsExpected(Exception exception, CancellationToken cancellationToken) =>
        exception is ApiException or TransportException or TimeoutException && !cancellationToken.IsCancellationRequested;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(FrameworkEventIds.LeadershipBegan, LogLevel.Information, "{Identity} leads by Lease {Lease}, term {Term}")]
    private static partial void LogStarted(ILogger logger, string identity, ObjectKey lease, long term);

    [LoggerMessage(FrameworkEventIds.LeadershipEnded, LogLevel.Information, "{Identity} does not lead by Lease {Lease} any more")]
    private static partial void LogStopped(ILogger logger, string identity, ObjectKey lease);

    [LoggerMessage(FrameworkEventIds.LeaseNotTaken, LogLevel.Warning, "Lease {Lease} could not be taken or renewed; trying again in {Delay}")]
    private static partial void LogTryFailed(ILogger logger, Exception exception, ObjectKey lease, TimeSpan delay);

    [LoggerMessage(FrameworkEventIds.LeaseNotReleased, LogLevel.Warning, "Lease {Lease} could not be released; it runs out by itself")]
    private static partial void LogReleaseFailed(ILogger logger, Exception exception, ObjectKey lease);
}
