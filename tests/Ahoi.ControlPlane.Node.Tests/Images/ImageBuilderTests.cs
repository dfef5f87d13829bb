using System.Net;
using System.Net.Sockets;
using Ahoi.ControlPlane.Node.Images.Recipes;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.Tests.Shared;

namespace Ahoi.ControlPlane.Node.Tests.Images;

public sealed class ImageBuilderTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-build-").FullName;
    private readonly ImageStore _store;

    public ImageBuilderTests() => _store = ImageStore.Open(Path.Combine(_folder, "images"));

    [Fact]
    public async Task Build_MirrorThatCannotBeReached_HasWhatAptSaysAndLeavesNothing()
    {
        var fault = await Assert.ThrowsAsync<ImageStoreException>(() => BuildAsync("http://127.0.0.1:1/debian", _ => { }, TestContext.Current.CancellationToken));

        Assert.Contains("app:1 cannot be built; mmdebstrap says:", fault.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", fault.Message, StringComparison.Ordinal);
        AssertEmpty();
    }

    [Fact]
    public async Task Build_Cancelled_EndsWhatItStartedAndLeavesNothing()
    {
        using var mirror = new TcpListener(IPAddress.Loopback, 0);
        mirror.Start();
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var building = BuildAsync($"http://{mirror.LocalEndpoint}/debian", _ => { }, cancelled.Token);
        var asked = mirror.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        if (await Task.WhenAny(building, asked).WaitAsync(Limit, TestContext.Current.CancellationToken) == building)
        {
            await building; // It says why it did not get that far.
        }

        using var client = await asked;
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building.WaitAsync(Limit, TestContext.Current.CancellationToken));
        AssertEmpty();

        // The mirror's client was one of its processes; it is gone, or the connection would stay.
        var buffer = new byte[4096];
        while (await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken) > 0)
        {
        }
    }

    [Fact]
    public async Task Build_SameRecipeAgain_TakesWhatThereIs()
    {
        using var store = await TestImages.PostgresAsync();
        var said = new List<string>();
        var before = store.Find("postgres:17")!;

        var after = await new ImageBuilder(store, TimeProvider.System).BuildAsync("postgres:17", ImageRecipes.Find("postgres:17")!, again: false, said.Add, TestContext.Current.CancellationToken);

        Assert.Equal(before.Id, after.Image.Id);
        Assert.Equal(before.RootFolder, after.Image.RootFolder);
        Assert.DoesNotContain(said, l => l.Contains("apt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgres:17")]
    [InlineData("docker.io/library/postgres:17")]
    public void Find_NameOfARecipe_IsCompletedLikeAnyName(string name) => Assert.Equal("postgres:17", ImageRecipes.Find(name)!.Name);

    [Fact]
    public void Find_OtherNames_AreNoRecipes()
    {
        Assert.Null(ImageRecipes.Find("postgres"));
        Assert.Null(ImageRecipes.Find("ghcr.io/postgres:17"));
        Assert.Throws<InvalidImageNameException>(() => ImageRecipes.Find("Postgres"));
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BuildAsync(string mirror, Action<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            await new ImageBuilder(_store, TimeProvider.System).BuildAsync("app:1", new() { Name = "app:1", Suite = "trixie", Mirror = mirror }, again: false, progress, cancellationToken);
        }
        catch (MissingToolException exception)
        {
            Assert.Skip(exception.Message);
        }
    }

    private void AssertEmpty()
    {
        Assert.Empty(_store.List());
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_store.Folder, "work")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "contents")));
    }
}
