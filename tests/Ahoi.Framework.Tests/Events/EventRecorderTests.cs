using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;
using Ahoi.Framework.Tests.Engine;
using Ahoi.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahoi.Framework.Tests.Events;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Events = new("events.k8s.io", "v1", "events");
    private static readonly EventDraft Moon = new(EventType.Warning, "Moon", "it is full");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestCluster _cluster = null!;
    private EventRecorder _recorder = null!;
    private RawObject _about = null!;

    private ApiClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken);
        _about = await Client.CreateAsync(new("", "v1", "configmaps"), "default", ScriptedReconciler.ConfigMap("about", "x"));
        _recorder = new(Client, "My_Operator", _time, NullLogger.Instance);
        _recorder.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _recorder.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Event_HappensOnce_SaysWhoDidWhatToWhom()
    {
        _recorder.Record(_about, Moon with { Action = "Look", Related = (new("", "v1", "Namespace"), new(null, "default")) }, "crontab");

        var seen = await EventAsync("Moon", _ => true);

        Assert.Equal("Warning", seen.Text("type"));
        Assert.Equal("Look", seen.Text("action"));
        Assert.Equal("it is full", seen.Text("note"));
        Assert.Equal("my-operator/crontab", seen.Text("reportingController"));
        Assert.StartsWith("my-operator/crontab-", seen.Text("reportingInstance"), StringComparison.Ordinal);
        Assert.Equal(_about.Uid, seen.At("regarding", "uid"));
        Assert.Equal("Namespace", seen.At("related", "kind"));
        Assert.Null(seen.Map("series"));
        var old = (await Client.ListAsync(new("", "v1", "events"), "default")).Items.Single().ToMap();
        Assert.Equal("about", old.At("involvedObject", "name"));
    }

    [Fact]
    public async Task Event_Repeated_IsASeriesUntilItHasNotHappenedForSixMinutes()
    {
        _recorder.Record(_about, Moon, "crontab");
        await EventAsync("Moon", e => e.Map("series") is null);
        _recorder.Record(_about, Moon, "crontab");
        await EventAsync("Moon", e => e.At("series", "count") is 2L);
        _recorder.Record(_about, Moon, "crontab");
        _recorder.Record(_about, new(EventType.Normal, "Sun", "it shines"), "crontab");
        await EventAsync("Sun", _ => true);
        var before = (await ListAsync("Moon")).Single();
        Assert.Equal(2L, before.At("series", "count")); // The third is counted, and told later.

        _time.Advance(TimeSpan.FromMinutes(7));
        var ended = await EventAsync("Moon", e => e.At("series", "count") is 3L);
        Assert.Equal(before.At("series", "lastObservedTime"), ended.At("series", "lastObservedTime"));

        _recorder.Record(_about, Moon, "crontab");
        await EventAsync("Moon", e => e.Map("series") is null);
        Assert.Equal(2, (await ListAsync("Moon")).Count);
    }

    [Fact]
    public async Task Stop_TellsWhatWasCounted()
    {
        for (var i = 0; i < 5; i++)
        {
            _recorder.Record(_about, Moon, "crontab");
        }

        await _recorder.DisposeAsync();

        Assert.Equal(5L, (await ListAsync("Moon")).Single().At("series", "count"));
    }

    [Fact]
    public async Task Event_ThatWasDeleted_BeginsAnew()
    {
        _recorder.Record(_about, Moon, "crontab");
        var first = await EventAsync("Moon", _ => true);
        await Client.DeleteAsync(Events, new("default", first.Map("metadata")!.Text("name")!));
        _recorder.Record(_about, Moon, "crontab");

        var second = await EventAsync("Moon", _ => true);

        Assert.NotEqual(first.At("metadata", "name"), second.At("metadata", "name"));
    }

    [Fact]
    public async Task Event_OfAClusterScopedObject_IsInDefault()
    {
        var @namespace = await Client.GetAsync(new("", "v1", "namespaces"), new(null, "kube-system"));

        _recorder.Record(@namespace, Moon with { Message = new('x', 2000) }, "crontab");

        var seen = await EventAsync("Moon", _ => true);
        Assert.Equal("default", seen.At("metadata", "namespace"));
        Assert.Equal(1024, seen.Text("note")!.Length);
    }

    private async Task<JsonMap> EventAsync(string reason, Func<JsonMap, bool> condition)
    {
        using var limit = new CancellationTokenSource(TestCluster.DefaultLimit);
        while (true)
        {
            if ((await ListAsync(reason)).Find(e => condition(e)) is { } found)
            {
                return found;
            }

            await Task.Delay(5, limit.Token);
        }
    }

    private async Task<List<JsonMap>> ListAsync(string reason) =>
        [.. (await Client.ListAsync(Events, "default")).Items.Select(i => i.ToMap()).Where(e => e.Text("reason") == reason)];
}
