using System.Globalization;
using System.Text;
using Ahoi.ControlPlane.Storage;

// Writes to a store from several tasks until it is killed, and prints each write when it is acknowledged:
// "key revision value". The test that started it then looks for all of them.
await using var store = SqliteRevisionStore.Open(args[0]);
var round = args[1];
await Task.WhenAll(Enumerable.Range(0, 8).Select(WriteAsync));

async Task WriteAsync(int writer)
{
    var key = $"/writer/{writer}";
    var revision = (await store.GetAsync(key, CancellationToken.None))?.Revision ?? 0;
    for (var i = 0; ; i++)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{round}.{i}");
        var bytes = Encoding.UTF8.GetBytes(value);
        var outcome = revision == 0
            ? await store.CreateAsync(key, bytes, CancellationToken.None)
            : await store.UpdateAsync(key, bytes, revision, CancellationToken.None);
        revision = outcome.Revision;
        // One write call for the line, so that a kill leaves no half of one behind another.
        await Console.Out.WriteAsync($"{key} {revision} {value}\n");
    }
}
