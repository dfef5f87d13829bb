using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Writing;

public sealed class FullDiskTests : IAsyncDisposable
{
    private const string Notes = "/api/v1/namespaces/default/configmaps";

    private readonly FullStore _store = new();
    private readonly KubeApiServer _server;
    private readonly HttpClient _client;

    public FullDiskTests()
    {
        _server = new KubeApiServer(new ApiServerOptions { Store = _store, Tokens = [new TokenUser("t", "admin", "", ["system:masters"])] });
        _client = new HttpClient(_server.CreateHandler()) { BaseAddress = new Uri("http://localhost") };
        _client.DefaultRequestHeaders.Authorization = new("Bearer", "t");
    }

    [Fact]
    public async Task Write_DiskFull_Is5xxReadsGoOnAndWritesReturn()
    {
        await _server.StartAsync(CancellationToken.None);
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync("before")).StatusCode);

        _store.IsFull = true;
        using var refused = await CreateAsync("meanwhile");
        var status = await refused.Content.ReadFromJsonAsync<JsonNode>();
        var read = await _client.GetAsync(new Uri(Notes + "/before", UriKind.Relative));
        var list = await _client.GetFromJsonAsync<JsonNode>(new Uri(Notes, UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.Equal("InternalError", (string?)status!["reason"]);
        Assert.Contains("no room left", (string?)status["message"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Single(list!["items"]!.AsArray());

        _store.IsFull = false;
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync("after")).StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
    }

    private Task<HttpResponseMessage> CreateAsync(string name) => _client.PostAsJsonAsync(
        new Uri(Notes, UriKind.Relative), new { apiVersion = "v1", kind = "ConfigMap", metadata = new { name } });

    /// <summary>A store whose disk is full when the test says so.</summary>
    private sealed class FullStore : IRevisionStore
    {
        private readonly MemoryRevisionStore _inner = new();

        public bool IsFull { get; set; }

        public long Revision => _inner.Revision;

        public long CompactedRevision => _inner.CompactedRevision;

        public ValueTask<WriteOutcome> CreateAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
            Write(() => _inner.CreateAsync(key, value, cancellationToken));

        public ValueTask<WriteOutcome> UpdateAsync(string key, ReadOnlyMemory<byte> value, long expectedRevision, CancellationToken cancellationToken) =>
            Write(() => _inner.UpdateAsync(key, value, expectedRevision, cancellationToken));

        public ValueTask<WriteOutcome> DeleteAsync(string key, long expectedRevision, CancellationToken cancellationToken) =>
            Write(() => _inner.DeleteAsync(key, expectedRevision, cancellationToken));

        public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => _inner.GetAsync(key, cancellationToken);

        public ValueTask<RangePage> ListAsync(string prefix, RangeOptions range, CancellationToken cancellationToken) => _inner.ListAsync(prefix, range, cancellationToken);

        public IAsyncEnumerable<IReadOnlyList<StoreChange>> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken) =>
            _inner.WatchAsync(prefix, afterRevision, cancellationToken);

        public ValueTask CompactAsync(long revision, CancellationToken cancellationToken) => _inner.CompactAsync(revision, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();

        private ValueTask<WriteOutcome> Write(Func<ValueTask<WriteOutcome>> write) =>
            IsFull ? throw new StoreWriteException("store.db", isFull: true, new IOException("full")) : write();
    }
}
