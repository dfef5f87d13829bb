using Ahoi.ControlPlane.Node.Images;

namespace Ahoi.ControlPlane.Node.Tests.Images;

public sealed class ImageStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-images-").FullName;
    private readonly ImageStore _store;

    public ImageStoreTests() => _store = ImageStore.Open(Path.Combine(_folder, "images"));

    [Theory]
    [InlineData("host")]
    [InlineData("host:latest")]
    public void Find_Host_IsTheMachinesRoot(string reference)
    {
        var image = _store.Find(reference);

        Assert.Equal("/", image!.RootFolder);
        Assert.Contains("PATH=" + Environment.GetEnvironmentVariable("PATH"), image.Config.Env);
        Assert.False(Directory.Exists(_store.Folder));
    }

    [Fact]
    public void Find_StoredImage_HasItsFilesAndItsConfig()
    {
        Add(_store, "app:1", "one");

        var image = _store.Find("docker.io/library/app:1")!;

        Assert.Equal("docker.io/library/app:1", image.Name);
        Assert.Equal("sha256:id-one", image.Id);
        Assert.Equal(["run"], image.Config.Entrypoint);
        Assert.Equal("one", File.ReadAllText(Path.Combine(image.RootFolder, "file")));
        Assert.Null(_store.Find("app"));
        Assert.Null(_store.Find("app:2"));
        Assert.Throws<InvalidImageNameException>(() => _store.Find("App:1"));
    }

    [Fact]
    public void Find_ByDigest_LooksAtContentAndRepository()
    {
        var digest = "sha256:" + new string('a', 64);
        using (var work = _store.Files.NewWork())
        {
            _store.Add(ImageName.Parse("app:1"), new("sha256:x", "x", new(), default, "test", digest), new(1), work);
        }

        Assert.Equal("sha256:x", _store.Find("app@" + digest)!.Id);
        Assert.Equal("sha256:x", _store.Find("app:other@" + digest)!.Id);
        Assert.Null(_store.Find("web@" + digest));
        Assert.Null(_store.Find("app@sha256:" + new string('b', 64)));
    }

    [Fact]
    public void List_TwoNamesOfOneRoot_AreBothThere()
    {
        Add(_store, "b:1", "one");
        Add(_store, "a:1", "one");

        Assert.Equal(["a:1", "b:1"], _store.List().Select(i => i.Name.ToShortString()));
        Assert.All(_store.List(), i => Assert.Equal(3, i.Size));
        Assert.Equal(_store.Find("a:1")!.RootFolder, _store.Find("b:1")!.RootFolder);
    }

    [Fact]
    public void Remove_LastNameOfARoot_DeletesItsFiles()
    {
        Add(_store, "a:1", "one");
        Add(_store, "b:1", "one");
        var root = _store.List()[0].Image.RootFolder;

        Assert.True(_store.Remove("a:1"));
        Assert.True(Directory.Exists(root));
        Assert.True(_store.Remove("b:1"));
        Assert.False(Directory.Exists(root));
        Assert.False(_store.Remove("b:1"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "contents")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "work")));
    }

    [Fact]
    public void Remove_ImageInUse_KeepsTheFilesUntilNobodyUsesThem()
    {
        Add(_store, "a:1", "one");
        using var other = ImageStore.Open(_store.Folder);
        var used = other.Find("a:1")!;

        Assert.True(_store.Remove("a:1"));
        Assert.Null(other.Find("a:1"));
        Assert.Equal("one", File.ReadAllText(Path.Combine(used.RootFolder, "file")));

        other.Dispose();
        Add(_store, "b:1", "two");
        Assert.False(Directory.Exists(used.RootFolder));
    }

    [Fact]
    public void Add_SameNameAgain_ReplacesTheImage()
    {
        Add(_store, "a:1", "one");
        var old = _store.List()[0].Image.RootFolder;
        Add(_store, "a:1", "two");

        Assert.Equal("two", File.ReadAllText(Path.Combine(_store.Find("a:1")!.RootFolder, "file")));
        Assert.False(Directory.Exists(old));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("host:latest")]
    public void AddAndRemove_Host_AreRefused(string name)
    {
        Assert.Throws<ImageStoreException>(() => Add(_store, name, "one"));
        Assert.Throws<ImageStoreException>(() => _store.Remove(name));
    }

    [Fact]
    public async Task Add_ManyAtOnce_LosesNone()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            using var store = ImageStore.Open(_store.Folder);
            Add(store, $"app:{i}", $"content{i % 4}");
        })));

        Assert.Equal(16, _store.List().Count);
        Assert.Equal(4, Directory.GetDirectories(Path.Combine(_store.Folder, "contents")).Length);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"format": 7}""")]
    public void Open_IndexThatCannotBeRead_SaysSoAndTouchesNothing(string index)
    {
        Directory.CreateDirectory(_store.Folder);
        var file = Path.Combine(_store.Folder, "index.json");
        File.WriteAllText(file, index);

        var fault = Assert.Throws<ImageStoreException>(() => ImageStore.Open(_store.Folder));

        Assert.Contains(_store.Folder, fault.Message, StringComparison.Ordinal);
        Assert.Equal(index, File.ReadAllText(file));
    }

    [Fact]
    public void Add_AfterAProcessDiedAtWork_ClearsWhatItLeft()
    {
        var left = Path.Combine(_store.Folder, "work", "left");
        Directory.CreateDirectory(Path.Combine(left, "rootfs"));
        using var busy = _store.Files.NewWork();

        Add(_store, "a:1", "one");

        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(busy.RootFolder));
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Add(ImageStore store, string name, string content)
    {
        using var work = store.Files.NewWork();
        File.WriteAllText(Path.Combine(work.RootFolder, "file"), content);
        var config = new ImageConfig { Entrypoint = ["run"] };
        store.Add(ImageName.Parse(name), new("sha256:id-" + content, "root-" + content, config, DateTimeOffset.UnixEpoch, "test"), new(content.Length), work);
    }
}
