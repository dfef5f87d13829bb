using Ahoi.ControlPlane.Node.Images;

namespace Ahoi.ControlPlane.Node.Tests.Images;

public sealed class ImageImporterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-import-").FullName;
    private readonly ImageStore _store;

    public ImageImporterTests() => _store = ImageStore.Open(Path.Combine(_folder, "images"));

    [Fact]
    public async Task Import_Tar_HasItsFilesModesAndLinks()
    {
        var tar = new TestTar().Folder("./bin", 0x140).File("./bin/app", "#!", 0x9ED).File("secret", "s", 0).Link("sh", "bin/app").Link("out", "/etc/passwd")
            .SecondName("bin/again", "bin/app").File("deep/er/file", "f").Device("dev/null").File("etc/hosts", "1.2.3.4 mine").Link("etc/resolv.conf", "../run/resolv.conf").ToArray();

        var image = await ImportAsync(tar);

        Assert.Equal("#!", Read(image, "bin/app"));
        Assert.Equal(0x1ED, (int)File.GetUnixFileMode(Inside(image, "bin/app")));
        Assert.Equal(0x180, (int)File.GetUnixFileMode(Inside(image, "secret")));
        Assert.Equal(0x1C0, (int)File.GetUnixFileMode(Inside(image, "bin")));
        Assert.Equal(DateTime.UnixEpoch.AddDays(1), File.GetLastWriteTimeUtc(Inside(image, "deep/er/file")));
        Assert.Equal("bin/app", new FileInfo(Inside(image, "sh")).LinkTarget);
        Assert.Equal("/etc/passwd", new FileInfo(Inside(image, "out")).LinkTarget);
        Assert.Equal("#!", Read(image, "bin/again"));
        Assert.False(Path.Exists(Inside(image, "dev/null")));
        Assert.Equal("", Read(image, "etc/hosts"));
        Assert.Equal("", Read(image, "etc/resolv.conf"));
        Assert.Null(new FileInfo(Inside(image, "etc/resolv.conf")).LinkTarget);
        Assert.True(Directory.Exists(Inside(image, "proc")));
        Assert.Contains(image.Image.Config.Env, v => v.StartsWith("PATH=/usr", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Import_SameContentPackedOtherwise_IsTheSameImage()
    {
        var tar = new TestTar().File("a", "1").ToArray();

        var plain = await ImportAsync(tar, "a:1");
        var packed = await ImportAsync(TestTar.Gzip(tar), "b:1");

        Assert.Equal(plain.Image.Id, packed.Image.Id);
        Assert.Equal(plain.Image.RootFolder, packed.Image.RootFolder);
    }

    [Theory]
    [InlineData("../out", "'../out'", "leads out of the image")]
    [InlineData("a/../../out", "'a/../../out'", "leads out of the image")]
    [InlineData("/abs/../../out", "'/abs/../../out'", "leads out of the image")]
    public async Task Import_NameThatClimbsOut_IsRefused(string name, string entry, string why)
    {
        var fault = await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync(new TestTar().File("ok").File(name, "x").ToArray()));

        Assert.Contains(entry, fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.Empty(_store.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "work")));
    }

    [Fact]
    public async Task Import_LinksThatLeadOut_AreFollowedInsideTheImage()
    {
        var victim = Path.Combine(_folder, "victim");
        Directory.CreateDirectory(victim);
        File.WriteAllText(Path.Combine(victim, "file"), "mine");
        var tar = new TestTar()
            .Link("abs", victim).File("abs/file", "theirs")
            .Link("up", "../../../../../../../.." + victim).File("up/other", "theirs")
            .Link("direct", victim + "/file").File("direct", "theirs")
            .SecondName("second", "abs/file")
            .ToArray();

        var image = await ImportAsync(tar);

        Assert.Equal("mine", File.ReadAllText(Path.Combine(victim, "file")));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(victim).Select(Path.GetFileName));
        Assert.Equal("theirs", Read(image, victim[1..] + "/file"));
        Assert.Equal("theirs", Read(image, victim[1..] + "/other"));
        Assert.Equal("theirs", Read(image, "direct"));
        Assert.Equal("theirs", Read(image, "second"));
    }

    [Fact]
    public async Task Import_SecondNameOfAMachinesFile_IsRefused()
    {
        var fault = await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync(new TestTar().SecondName("x", Path.Combine(_folder, "no-such")).ToArray()));

        Assert.Contains("The entry 'x'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_WhatIsNoImage_SaysWhatItIs()
    {
        var tar = new TestTar().File("a", new byte[20_000]).ToArray();

        await FailsAsync([0x28, 0xB5, 0x2F, 0xFD, 0], "is compressed with zstd");
        await FailsAsync([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "is compressed with xz");
        await FailsAsync([], "is empty");
        await FailsAsync(new byte[1024], "has no files");
        await FailsAsync([.. Enumerable.Repeat((byte)'x', 2000)], "is no complete tar");
        await FailsAsync(tar[..5000], "is no complete tar: after 'a': ");
        await FailsAsync(new TestTar().SparseFile("s").ToArray(), "it is sparse; make the tar without --sparse");
        await FailsAsync(TestTar.Gzip(tar)[..40], "is no complete tar");
        Assert.Contains("There is no file or folder /no/such", (await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync("/no/such", "a:1"))).Message, StringComparison.Ordinal);
        Assert.Contains("is no OCI image layout", (await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync(_folder, "a:1"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidImageNameException>(() => ImportAsync(tar, "A:1"));
        Assert.Contains("host", (await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync(tar, "host"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_CancelledMidway_LeavesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        var file = Path.Combine(_folder, "a.tar");
        await File.WriteAllBytesAsync(file, new TestTar().File("a").ToArray(), TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ImageImporter(_store, TimeProvider.System).ImportAsync("a:1", file, _ => cancelled.Cancel(), cancelled.Token));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "work")));
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Inside(StoredImage image, string path) => Path.Combine(image.Image.RootFolder, path);

    private static string Read(StoredImage image, string path) => File.ReadAllText(Inside(image, path));

    private Task<StoredImage> ImportAsync(string path, string name) =>
        new ImageImporter(_store, TimeProvider.System).ImportAsync(name, path, _ => { }, TestContext.Current.CancellationToken);

    private async Task<StoredImage> ImportAsync(byte[] tar, string name = "app:1")
    {
        var file = Path.Combine(_folder, "image.tar");
        await File.WriteAllBytesAsync(file, tar);
        return await ImportAsync(file, name);
    }

    private async Task FailsAsync(byte[] file, string why)
    {
        var fault = await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync(file));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }
}
