using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.Storage;

namespace Ahoi.ControlPlane.ApiServer.Tests.Hosting;

public sealed class InProcessHandlerTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Body_LargerThanASegment_ComesWholeHoweverItIsRead(int readSize)
    {
        await using var store = new MemoryRevisionStore();
        await using var server = new KubeApiServer(new ApiServerOptions { Store = store, Tokens = [new TokenUser("t", "admin", "", ["system:masters"])] });
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient(server.CreateHandler()) { BaseAddress = new Uri("http://localhost") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "t");

        using var response = await client.GetAsync(new Uri("/api/v1", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[readSize];
        var read = 0L;
        while (await body.ReadAsync(buffer) is > 0 and var count)
        {
            read += count;
        }

        Assert.True(read > 5000);
        Assert.Equal(response.Content.Headers.ContentLength, read);
    }
}
