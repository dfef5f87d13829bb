using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using k8s;
using k8s.Models;

namespace Ahoi.Benchmarks.Decoding;

/// <summary>
/// What it costs to take lists and watches in: ours against the official client, in one process, taken in turn so that a
/// busy machine disturbs both. CPU time of the whole process, collector included; memory that stays while the list is held.
/// </summary>
internal static class DecodingBenchmark
{
    private const int WarmUps = 2;
    private const int Rounds = 9;

    private delegate Task<object> Decoder(byte[] input);

    public static async Task RunAsync(int count)
    {
        Console.WriteLine($"| {count} objects | bytes/object | official us/object | ours us/object | times less | official B kept | ours B kept | share |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        await RunKindAsync("ConfigMap", "v1", count, SampleObjects.ConfigMap, OfficialList<V1ConfigMapList>, OfficialWatchAsync<V1ConfigMap>);
        await RunKindAsync("Pod", "v1", count, SampleObjects.Pod, OfficialList<V1PodList>, OfficialWatchAsync<V1Pod>);
        await RunKindAsync("Database", "example.com/v1", count, SampleObjects.Database, OfficialList<DatabaseList>, OfficialWatchAsync<Database>);
    }

    private static async Task RunKindAsync(
        string kind, string apiVersion, int count, Func<int, Random, JsonMap> make, Decoder officialList, Decoder officialWatch)
    {
        var random = new Random(42);
        var objects = Enumerable.Range(0, count).Select(i => make(i, random)).ToArray();
        var list = SampleObjects.List(kind, apiVersion, objects);
        var watch = SampleObjects.Watch(kind, apiVersion, objects);
        objects = [];
        await CompareAsync($"{kind} list", count, list, officialList, OurListAsync);
        await CompareAsync($"{kind} watch", count, watch, officialWatch, OurWatchAsync);
    }

    private static async Task CompareAsync(string name, int count, byte[] input, Decoder official, Decoder ours)
    {
        var theirs = new List<double>();
        var mine = new List<double>();
        (long Theirs, long Mine) kept = default;
        for (var round = 0; round < WarmUps + Rounds; round++)
        {
            var (their, theirKept) = await MeasureAsync(official, input);
            var (my, myKept) = await MeasureAsync(ours, input);
            if (round >= WarmUps)
            {
                theirs.Add(their / count);
                mine.Add(my / count);
                kept = (theirKept / count, myKept / count);
            }
        }

        var ratio = Median(theirs.Zip(mine, (a, b) => a / b));

        // The official watcher's thread still holds the events of the round before, so nothing true can be said of them.
        var memory = kept.Theirs > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{kept.Theirs} | {kept.Mine} | {(double)kept.Mine / kept.Theirs:0.00}")
            : string.Create(CultureInfo.InvariantCulture, $"as listed | {kept.Mine} | ");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {input.Length / count} | {Median(theirs):0.0} | {Median(mine):0.0} | {ratio:0.0} | {memory} |"));
    }

    private static async Task<(double Microseconds, long Kept)> MeasureAsync(Decoder decoder, byte[] input)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        var started = process.TotalProcessorTime;
        var result = await decoder(input);
        process.Refresh();
        var spent = process.TotalProcessorTime - started;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(result);
        return (spent.TotalMicroseconds, kept);
    }

    private static Task<object> OfficialList<T>(byte[] input) =>
        Task.FromResult<object>(KubernetesJson.Deserialize<T>(new ChunkedStream(input))!);

    private static async Task<object> OfficialWatchAsync<T>(byte[] input)
    {
        var seen = new List<T>();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new Watcher<T>(
            () => Task.FromResult(new StreamReader(new ChunkedStream(input))),
            (_, item) => seen.Add(item),
            closed.SetException,
            () => closed.TrySetResult());
        await closed.Task;
        return seen.Count > 0 ? seen : throw new InvalidOperationException("Every event has an object.");
    }

    private static async Task<object> OurListAsync(byte[] input)
    {
        using var handler = new FixedHandler(input);
        using var client = new ApiClient(ApiConnection.FromHandler(handler));
        var page = await client.ListAsync(new("", "v1", "x"), options: new() { Limit = 0, ManagedFields = ManagedFieldsFilter.DropAll });
        return page.Items;
    }

    private static async Task<object> OurWatchAsync(byte[] input)
    {
        using var handler = new FixedHandler(input);
        using var client = new ApiClient(ApiConnection.FromHandler(handler));
        var seen = new List<RawObject>();
        await foreach (var change in client.WatchAsync(new("", "v1", "x"), options: new() { ManagedFields = ManagedFieldsFilter.DropAll }))
        {
            seen.Add(change.Object ?? throw new InvalidOperationException("Every event has an object.", change.Fault));
        }

        return seen;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private sealed class FixedHandler(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new ChunkedStream(body)) });
    }
}
