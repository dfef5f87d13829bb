using System.Text;

namespace Ahoi.ControlPlane.Storage.Tests;

/// <summary>Every promise of <see cref="IRevisionStore"/>; each implementation adds a factory and nothing else.</summary>
public abstract class RevisionStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected IRevisionStore Store { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        Store = CreateStore();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Revision_NewStore_IsOne() => Assert.Equal(1, Store.Revision);

    [Fact]
    public async Task Create_NewKey_IsThereWithItsRevisions()
    {
        var outcome = await CreateAsync("/a", "1");

        Assert.True(outcome.Succeeded);
        Assert.Equal(2, outcome.Revision);
        var value = await Store.GetAsync("/a", None);
        Assert.Equal(("1", 2L, 2L), (Text(value), value!.CreateRevision, value.Revision));
    }

    [Fact]
    public async Task Create_KeyThatExists_IsRefusedWithWhatIsThere()
    {
        await CreateAsync("/a", "1");

        var outcome = await CreateAsync("/a", "2");

        Assert.False(outcome.Succeeded);
        Assert.Equal("1", Text(outcome.Current));
        Assert.Equal(2, Store.Revision);
    }

    [Fact]
    public async Task Update_OldRevision_IsRefusedAndChangesNothing()
    {
        await CreateAsync("/a", "1");
        var second = await UpdateAsync("/a", "2", 2);

        var third = await UpdateAsync("/a", "3", 2);

        Assert.True(second.Succeeded);
        Assert.Equal(2, second.Current!.CreateRevision);
        Assert.False(third.Succeeded);
        Assert.Equal("2", Text(third.Current));
    }

    [Fact]
    public async Task UpdateAndDelete_MissingKey_AreRefusedWithNothing()
    {
        Assert.Equal(new WriteOutcome(false, 1, null), await UpdateAsync("/a", "1", 7));
        Assert.Equal(new WriteOutcome(false, 1, null), await Store.DeleteAsync("/a", 7, None));
    }

    [Fact]
    public async Task Delete_ThenCreate_StartsANewLife()
    {
        await CreateAsync("/a", "1");
        var deleted = await Store.DeleteAsync("/a", 2, None);
        await CreateAsync("/a", "2");

        Assert.Equal(3, deleted.Revision);
        Assert.Equal(4, (await Store.GetAsync("/a", None))!.CreateRevision);
    }

    [Fact]
    public async Task List_Prefix_InOrdinalOrderByPages()
    {
        foreach (var key in (string[])["/b/2", "/a/1", "/b/10", "/b", "/c/1", "/b/1"])
        {
            await CreateAsync(key, key);
        }

        var first = await Store.ListAsync("/b/", new RangeOptions(Limit: 2), None);
        var rest = await Store.ListAsync("/b/", new RangeOptions(first.Items[^1].Key, 2, first.Revision), None);

        Assert.Equal(["/b/1", "/b/10"], first.Items.Select(i => i.Key));
        Assert.Equal(1, first.Remaining);
        Assert.Equal(["/b/2"], rest.Items.Select(i => i.Key));
        Assert.Equal(0, rest.Remaining);
    }

    [Fact]
    public async Task List_AtOldRevision_ShowsThatMoment()
    {
        await CreateAsync("/a", "1");
        await CreateAsync("/b", "1");
        var then = Store.Revision;
        await UpdateAsync("/a", "2", 2);
        await Store.DeleteAsync("/b", 3, None);
        await CreateAsync("/c", "1");

        var page = await Store.ListAsync("/", new RangeOptions(AtRevision: then), None);

        Assert.Equal(then, page.Revision);
        Assert.Equal(["/a=1", "/b=1"], page.Items.Select(i => $"{i.Key}={Text(i)}"));
    }

    [Fact]
    public async Task List_FutureRevision_Throws() =>
        await Assert.ThrowsAsync<FutureRevisionException>(async () => await Store.ListAsync("/", new RangeOptions(AtRevision: 9), None));

    [Fact]
    public async Task Watch_FromTheStart_SeesEveryChangeWithBothValues()
    {
        await CreateAsync("/a/1", "1");
        await CreateAsync("/b/1", "1");
        await UpdateAsync("/a/1", "2", 2);
        await Store.DeleteAsync("/a/1", 4, None);

        var changes = await TakeAsync("/a/", 1, 3);

        Assert.Equal(["2 /a/1 -=>1", "4 /a/1 1=>2", "5 /a/1 2=>-"], changes.Select(Show));
    }

    [Fact]
    public async Task Watch_Quiet_IsWokenByItsOwnPrefix()
    {
        var watching = TakeAsync("/a/", Store.Revision, 1);

        await CreateAsync("/b/1", "1");
        await CreateAsync("/a/1", "1");

        Assert.Equal(["3 /a/1 -=>1"], (await watching).Select(Show));
    }

    [Fact]
    public async Task Watch_Cancelled_Ends()
    {
        using var stopping = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var _ in Store.WatchAsync("/", 1, stopping.Token))
            {
            }
        });

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Watch_StoreIsDisposed_Ends()
    {
        var watching = TakeAsync("/", Store.Revision, 1);

        await Store.DisposeAsync();

        Assert.Empty(await watching);
    }

    [Fact]
    public async Task Compact_OldRevisions_ExpireTheNewestStays()
    {
        await CreateAsync("/a", "1");
        await UpdateAsync("/a", "2", 2);
        await CreateAsync("/b", "1");
        await Store.DeleteAsync("/b", 4, None);
        await UpdateAsync("/a", "3", 3);

        await Store.CompactAsync(5, None);

        Assert.Equal(5, Store.CompactedRevision);
        Assert.Equal("3", Text(await Store.GetAsync("/a", None)));
        Assert.Equal(["/a=2"], (await Store.ListAsync("/", new RangeOptions(AtRevision: 5), None)).Items.Select(i => $"{i.Key}={Text(i)}"));
        await Assert.ThrowsAsync<RevisionExpiredException>(async () => await Store.ListAsync("/", new RangeOptions(AtRevision: 4), None));
        await Assert.ThrowsAsync<RevisionExpiredException>(() => TakeAsync("/", 4, 1));
        Assert.Equal(["6 /a 2=>3"], (await TakeAsync("/", 5, 1)).Select(Show));
    }

    [Fact]
    public async Task Compact_BeyondTheNewest_TakesTheNewest()
    {
        await CreateAsync("/a", "1");

        await Store.CompactAsync(100, None);
        await CreateAsync("/b", "1");

        Assert.Equal(2, Store.CompactedRevision);
        Assert.Equal(3, Store.Revision);
    }

    [Fact]
    public async Task Compact_WatcherOfAQuietPrefix_MissesNothingAndGoesOn()
    {
        var watching = TakeAsync("/quiet/", Store.Revision, 1);
        for (var i = 0; i < 10; i++)
        {
            await CreateAsync($"/busy/{i}", "1");
        }

        await Store.CompactAsync(Store.Revision, None);
        await CreateAsync("/quiet/1", "1");

        Assert.Equal(["12 /quiet/1 -=>1"], (await watching).Select(Show));
    }

    [Fact]
    public async Task Compact_Often_WatchersNeverSeeAChangeTwice()
    {
        var seen = new List<long>();
        await using var watch = Store.WatchAsync("/", 1, None).GetAsyncEnumerator(None);
        for (var i = 0; i < 300; i++)
        {
            await CreateAsync($"/k{i:000}", "1");
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            seen.AddRange(watch.Current.Select(c => c.Revision));
            if (i % 7 == 0)
            {
                await Store.CompactAsync(Store.Revision, None);
            }
        }

        Assert.Equal(Enumerable.Range(2, 300).Select(r => (long)r), seen);
    }

    [Fact]
    public async Task Writers_SameKey_OneWinsEachRevision()
    {
        await CreateAsync("/counter", "0");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 50;)
            {
                var current = (await Store.GetAsync("/counter", None))!;
                var next = (int.Parse(Text(current)!, null) + 1).ToString(null as IFormatProvider);
                if ((await UpdateAsync("/counter", next, current.Revision)).Succeeded)
                {
                    done++;
                }
            }
        })));

        Assert.Equal("400", Text(await Store.GetAsync("/counter", None)));
        Assert.Equal(402, Store.Revision);
    }

    [Fact]
    public async Task Write_AlreadyCancelled_DoesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.CreateAsync("/a", Bytes("1"), new CancellationToken(canceled: true)));

        Assert.Null(await Store.GetAsync("/a", None));
    }

    [Fact]
    public async Task Random_OperationsAndWatchers_AgreeWithAModel() => await new RandomOperations(Store).RunAsync();

    protected abstract IRevisionStore CreateStore();

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string? Text(StoredValue? value) => value is null ? null : Encoding.UTF8.GetString(value.Value.Span);

    protected async Task<WriteOutcome> CreateAsync(string key, string value) => await Store.CreateAsync(key, Bytes(value), None);

    protected async Task<WriteOutcome> UpdateAsync(string key, string value, long revision) =>
        await Store.UpdateAsync(key, Bytes(value), revision, None);

    private Task<List<StoreChange>> TakeAsync(string prefix, long after, int count)
    {
        // The watch begins here, not when the pool gets round to it.
        var batches = Store.WatchAsync(prefix, after, None).GetAsyncEnumerator(None);
        var first = batches.MoveNextAsync();
        return Task.Run(async () =>
        {
            await using var _ = batches;
            var taken = new List<StoreChange>();
            for (var more = await first.AsTask().WaitAsync(TimeSpan.FromSeconds(20)); more; more = await batches.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)))
            {
                taken.AddRange(batches.Current);
                if (taken.Count >= count)
                {
                    break;
                }
            }

            return taken;
        });
    }

    private static string Show(StoreChange change) =>
        $"{change.Revision} {change.Key} {Text(change.Previous) ?? "-"}=>{Text(change.Current) ?? "-"}";
}
