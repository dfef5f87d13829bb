using System.Globalization;
using System.Text;

namespace Ahoi.ControlPlane.Storage.Tests;

/// <summary>
/// Random writes and compactions on a store, checked step by step against a plain dictionary and a list of all writes,
/// while watchers come and go at random places of the history.
/// </summary>
internal sealed class RandomOperations
{
    private const int Steps = 3000;
    private const int Keys = 40;

    private readonly IRevisionStore _store;
    private readonly int _seed = Environment.GetEnvironmentVariable("AHOI_SEED") is { } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : Random.Shared.Next();
    private readonly SortedDictionary<string, (string Value, long Revision)> _model = new(StringComparer.Ordinal);
    private readonly List<(long Revision, string Key, string? Value)> _history = [];
    private readonly Dictionary<long, Dictionary<string, string>> _moments = [];

    public RandomOperations(IRevisionStore store) => _store = store;

    public async Task RunAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"AHOI_SEED={_seed}");
        try
        {
            var random = new Random(_seed);
            using var stopping = new CancellationTokenSource();
            var watchers = Enumerable.Range(0, 6).Select(i => Task.Run(() => WatchAsync(new Random(_seed + i + 1), stopping.Token))).ToList();
            for (var step = 0; step < Steps; step++)
            {
                await StepAsync(random, step);
            }

            await stopping.CancelAsync();
            foreach (var seen in await Task.WhenAll(watchers))
            {
                CheckSeen(seen);
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Failed with AHOI_SEED={_seed}.", exception);
        }
    }

    private async Task StepAsync(Random random, int step)
    {
        var key = $"/{(char)('a' + random.Next(3))}/{random.Next(Keys)}";
        var known = _model.TryGetValue(key, out var current);
        var expected = random.Next(10) == 0 ? current.Revision + random.Next(1, 4) : current.Revision;
        var value = step.ToString(CultureInfo.InvariantCulture);
        switch (random.Next(20))
        {
            case < 6:
                Check(await _store.CreateAsync(key, Encoding.UTF8.GetBytes(value), CancellationToken.None), !known, key, value);
                break;
            case < 12 when expected > 0:
                Check(await _store.UpdateAsync(key, Encoding.UTF8.GetBytes(value), expected, CancellationToken.None), known && expected == current.Revision, key, value);
                break;
            case < 16 when expected > 0:
                Check(await _store.DeleteAsync(key, expected, CancellationToken.None), known && expected == current.Revision, key, null);
                break;
            case 16 when step % 10 == 0:
                await _store.CompactAsync(Math.Max(1, _store.Revision - random.Next(400)), CancellationToken.None);
                break;
            case 17:
                await CheckOldMomentAsync(random);
                break;
            default:
                await CheckPagesAsync(random);
                break;
        }
    }

    private void Check(WriteOutcome outcome, bool succeeds, string key, string? value)
    {
        Assert.Equal(succeeds, outcome.Succeeded);
        if (!succeeds)
        {
            Assert.Equal(_model.TryGetValue(key, out var there) ? there.Revision : 0, outcome.Current?.Revision ?? 0);
            return;
        }

        Assert.Equal((_history.Count == 0 ? 1 : _history[^1].Revision) + 1, outcome.Revision);
        lock (_history)
        {
            _history.Add((outcome.Revision, key, value));
        }

        if (value is null)
        {
            _model.Remove(key);
        }
        else
        {
            _model[key] = (value, outcome.Revision);
        }

        if (outcome.Revision % 50 == 0)
        {
            _moments[outcome.Revision] = _model.ToDictionary(e => e.Key, e => e.Value.Value);
        }
    }

    private async Task CheckPagesAsync(Random random)
    {
        var prefix = $"/{(char)('a' + random.Next(3))}/";
        var seen = new List<string>();
        for (var range = new RangeOptions(Limit: random.Next(1, 9)); ;)
        {
            var page = await _store.ListAsync(prefix, range, CancellationToken.None);
            seen.AddRange(page.Items.Select(i => $"{i.Key}={Encoding.UTF8.GetString(i.Value.Span)}"));
            if (page.Remaining == 0)
            {
                break;
            }

            range = range with { AfterKey = page.Items[^1].Key, AtRevision = page.Revision };
        }

        Assert.Equal(_model.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(e => $"{e.Key}={e.Value.Value}"), seen);
    }

    private async Task CheckOldMomentAsync(Random random)
    {
        if (_moments.Count == 0)
        {
            return;
        }

        var (revision, values) = _moments.ElementAt(random.Next(_moments.Count));
        if (revision < _store.CompactedRevision)
        {
            await Assert.ThrowsAsync<RevisionExpiredException>(
                async () => await _store.ListAsync("/", new RangeOptions(AtRevision: revision), CancellationToken.None));
            return;
        }

        var page = await _store.ListAsync("/", new RangeOptions(AtRevision: revision), CancellationToken.None);
        Assert.Equal(values.OrderBy(v => v.Key, StringComparer.Ordinal), page.Items.Select(i => KeyValuePair.Create(i.Key, Encoding.UTF8.GetString(i.Value.Span))));
    }

    /// <summary>Watches in pieces: each begins where the last ended, or at the newest revision after it expired.</summary>
    private async Task<List<(long From, string Prefix, List<StoreChange> Changes, long To)>> WatchAsync(Random random, CancellationToken cancellationToken)
    {
        var pieces = new List<(long From, string Prefix, List<StoreChange> Changes, long To)>();
        var prefix = random.Next(2) == 0 ? "/" : $"/{(char)('a' + random.Next(3))}/";
        var from = 1L;
        while (!cancellationToken.IsCancellationRequested)
        {
            var changes = new List<StoreChange>();
            var start = from;
            var take = random.Next(1, 40);
            try
            {
                await foreach (var batch in _store.WatchAsync(prefix, from, cancellationToken))
                {
                    changes.AddRange(batch);
                    from = batch[^1].Revision;
                    if (changes.Count >= take)
                    {
                        break;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The end of the run.
            }
            catch (RevisionExpiredException)
            {
                from = _store.Revision;
            }

            pieces.Add((start, prefix, changes, changes.Count > 0 ? changes[^1].Revision : start));
        }

        return pieces;
    }

    private void CheckSeen(List<(long From, string Prefix, List<StoreChange> Changes, long To)> pieces)
    {
        foreach (var (from, prefix, changes, to) in pieces)
        {
            var expected = _history
                .Where(h => h.Revision > from && h.Revision <= to && h.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(h => (h.Revision, h.Key, h.Value));
            Assert.Equal(expected, changes.Select(c => (c.Revision, c.Key, c.Current is { } v ? Encoding.UTF8.GetString(v.Value.Span) : null)));
        }
    }
}
