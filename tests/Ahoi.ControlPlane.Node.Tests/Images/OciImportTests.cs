using System.Text;
using Ahoi.ControlPlane.Node.Images;

namespace Ahoi.ControlPlane.Node.Tests.Images;

public sealed class OciImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-oci-").FullName;
    private readonly ImageStore _store;

    public OciImportTests() => _store = ImageStore.Open(Path.Combine(_folder, "images"));

    private string Layout => Path.Combine(_folder, "layout");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_Layout_StacksLayersAndTakesAway(bool asTar)
    {
        var layout = new TestLayout().Add(
            [
                new TestTar().Folder("usr").Folder("usr/lib").File("usr/lib/old", "1").Link("lib", "usr/lib").File("gone", "x").File("empty/a").File("empty/b").File("was-file", "f").File("was-folder/x").ToArray(),
                TestTar.Gzip(new TestTar().File("lib/new", "2").File(".wh.gone").File("empty/mine", "3").File("empty/.wh..wh..opq").Folder("was-file").File("was-file/y").File("was-folder", "now").File(".wh..wh.plnk").ToArray()),
            ],
            """{"Entrypoint":["/app"],"Cmd":["a","b"],"Env":["A=1"],"WorkingDir":"/work","User":"5:6","StopSignal":"SIGQUIT"}""");

        var image = asTar ? await ImportTarAsync(layout.ToTar()) : await ImportAsync(layout.WriteTo(Layout));

        var root = image.Image.RootFolder;
        Assert.Equal("1", Read(root, "usr/lib/old"));
        Assert.Equal("2", Read(root, "usr/lib/new"));
        Assert.Equal("usr/lib", new FileInfo(Path.Combine(root, "lib")).LinkTarget);
        Assert.False(Path.Exists(Path.Combine(root, "gone")));
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(Path.Combine(root, "empty")).Select(Path.GetFileName));
        Assert.True(File.Exists(Path.Combine(root, "was-file/y")));
        Assert.Equal("now", Read(root, "was-folder"));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(root), e => e.Contains(".wh.", StringComparison.Ordinal));
        Assert.False(Path.Exists(Path.Combine(Path.GetDirectoryName(root)!, "layout")));

        var config = image.Image.Config;
        Assert.Equal(["/app"], config.Entrypoint);
        Assert.Equal(["a", "b"], config.Cmd);
        Assert.Contains("A=1", config.Env);
        Assert.Contains(config.Env, v => v.StartsWith("PATH=", StringComparison.Ordinal));
        Assert.Equal(("/work", "5:6", "SIGQUIT"), (config.WorkingDir, config.User, config.StopSignal));
        Assert.Equal(TestTar.Digest(layout.Config), image.Image.Id);
        Assert.Equal(image.Image.Id, _store.Find("app@" + layout.Manifest)!.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "work")));
    }

    [Fact]
    public async Task Import_IndexForSeveralMachines_TakesTheOneForThis()
    {
        var layout = new TestLayout().Add([Layer("other")], architecture: "vax").Add([Layer("ours")]).Nest();

        var image = await ImportAsync(layout.WriteTo(Layout));

        Assert.Equal("ours", Read(image.Image.RootFolder, "file"));
    }

    [Fact]
    public async Task Import_SeveralImages_TakesTheOneOfTheName()
    {
        var layout = new TestLayout().Add([Layer("one")], name: "1").Add([Layer("two")], name: "docker.io/library/app:2").WriteTo(Layout);

        Assert.Equal("one", Read((await ImportAsync(layout, "app:1")).Image.RootFolder, "file"));
        Assert.Equal("two", Read((await ImportAsync(layout, "app:2")).Image.RootFolder, "file"));
        await FailsAsync(layout, "has several images (1, docker.io/library/app:2); import it by the name of one of them", "web:3");
    }

    [Fact]
    public async Task Import_OtherMachinesOrSystems_AreRefused()
    {
        await FailsAsync(new TestLayout().Add([Layer("x")], architecture: "vax").WriteTo(Layout), "has images for linux/vax; this machine is linux/");
    }

    [Theory]
    [InlineData("config", "is damaged: the blob sha256:")]
    [InlineData("layer", "is damaged: the layer sha256:")]
    [InlineData("size", "bytes, not")]
    [InlineData("missing", "has no layer sha256:")]
    [InlineData("no-config", "has no blobs/sha256/")]
    [InlineData("index", "index.json is no JSON")]
    public async Task Import_DamagedLayout_IsFound(string damage, string why)
    {
        var layer = Layer("some content");
        var layout = new TestLayout().Add([layer]);
        var folder = layout.WriteTo(Layout);
        var layerFile = Path.Combine(folder, "blobs", TestTar.Digest(layer).Replace(':', '/'));
        var configFile = Path.Combine(folder, "blobs", TestTar.Digest(layout.Config).Replace(':', '/'));
        switch (damage)
        {
            case "config":
                await File.AppendAllTextAsync(configFile, " ");
                break;
            case "layer":
                await File.WriteAllBytesAsync(layerFile, Layer("same content"));
                break;
            case "size":
                await File.AppendAllTextAsync(layerFile, " ");
                break;
            case "missing":
                File.Delete(layerFile);
                break;
            case "no-config":
                File.Delete(configFile);
                break;
            default:
                await File.WriteAllTextAsync(Path.Combine(folder, "index.json"), "{");
                break;
        }

        await FailsAsync(folder, why);
    }

    [Fact]
    public async Task Import_LayerThatIsNotTheConfigs_IsFound()
    {
        var layout = new TestLayout().Add([TestTar.Gzip(Layer("x"))], differences: $"\"sha256:{new string('0', 64)}\"").WriteTo(Layout);

        await FailsAsync(layout, "not sha256:000");
    }

    [Fact]
    public async Task Import_DescriptorThatClimbsOut_IsRefused()
    {
        var layout = new TestLayout().Add([Layer("x")]).WriteTo(Layout);
        await File.WriteAllTextAsync(Path.Combine(layout, "index.json"), """{"manifests":[{"digest":"sha256:../../../etc/passwd"}]}""", TestContext.Current.CancellationToken);

        await FailsAsync(layout, "without a sha256 or sha512 digest");
    }

    [Fact]
    public async Task Import_LayerEntryThatClimbsOut_NamesEntryAndLayer()
    {
        var layer = new TestTar().File("../x").ToArray();

        await FailsAsync(new TestLayout().Add([layer]).WriteTo(Layout), $"The entry '../x' of the layer {TestTar.Digest(layer)} of ");
    }

    [Fact]
    public async Task Import_WhatDockerSaved_IsRead()
    {
        var layer = Layer("saved");
        var config = Encoding.UTF8.GetBytes($$$"""{"os":"linux","config":{"Cmd":["run"]},"rootfs":{"diff_ids":["{{{TestTar.Digest(layer)}}}"]}}""");
        var name = TestTar.Digest(config)["sha256:".Length..] + ".json";
        var tar = new TestTar().File(name, config).File("abc/layer.tar", layer)
            .File("manifest.json", $$"""[{"Config":"{{name}}","RepoTags":["app:1"],"Layers":["abc/layer.tar"]}]""");

        var image = await ImportTarAsync(tar.ToArray());

        Assert.Equal("saved", Read(image.Image.RootFolder, "file"));
        Assert.Equal(["run"], image.Image.Config.Cmd);
        Assert.Equal(TestTar.Digest(config), image.Image.Id);
    }

    [Fact]
    public async Task Import_DamagedSave_IsFound()
    {
        var config = Encoding.UTF8.GetBytes($$$"""{"rootfs":{"diff_ids":["{{{TestTar.Digest(Layer("other"))}}}"]}}""");
        var tar = new TestTar().File("c.json", config).File("l.tar", Layer("this"))
            .File("manifest.json", """[{"Config":"c.json","Layers":["l.tar"]}]""").ToArray();

        var fault = await Assert.ThrowsAsync<ImageStoreException>(() => ImportTarAsync(tar));

        Assert.Contains("is damaged: the layer l.tar has the digest", fault.Message, StringComparison.Ordinal);
        Assert.Empty(_store.List());
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] Layer(string content) => new TestTar().File("file", content).ToArray();

    private static string Read(string root, string path) => File.ReadAllText(Path.Combine(root, path));

    private Task<StoredImage> ImportAsync(string path, string name = "app:1") =>
        new ImageImporter(_store, TimeProvider.System).ImportAsync(name, path, _ => { }, TestContext.Current.CancellationToken);

    private async Task<StoredImage> ImportTarAsync(byte[] tar)
    {
        var file = Path.Combine(_folder, "image.tar");
        await File.WriteAllBytesAsync(file, tar);
        return await ImportAsync(file);
    }

    private async Task FailsAsync(string path, string why, string name = "app:1")
    {
        var fault = await Assert.ThrowsAsync<ImageStoreException>(() => ImportAsync(path, name));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_store.List(), i => i.Name == ImageName.Parse(name));
    }
}
