using System.Formats.Tar;
using Ahoi.Api.Json;

namespace Ahoi.Cli.Tests;

public sealed class ImageCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-image-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task Image_ImportListRemove_WorkOnOneFolder()
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        await File.WriteAllTextAsync(Path.Combine(root, "app"), "#!/bin/sh", TestContext.Current.CancellationToken);
        var tar = Path.Combine(_folder, "root.tar");
        await TarFile.CreateFromDirectoryAsync(root, tar, includeBaseDirectory: false, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Ok, await RunAsync("ls"));
        Assert.Contains("there are no images in", _error.ToString(), StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Ok, await RunAsync("import", "app", tar));
        Assert.Contains("ahoi: imported app:latest, 0 kB", _error.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, await RunAsync("ls"));
        Assert.Matches(@"(?m)^NAME +ID +SIZE +CREATED +SOURCE\napp:latest +[0-9a-f]{12} +0 kB +\d{4}-\d\d-\d\d \d\d:\d\dZ +root\.tar\n\z", _output.ToString());

        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, await RunAsync("ls", "-o", "json"));
        var image = Assert.Single(JsonTree.ParseMap(_output.ToString()).List("images")!.Maps);
        Assert.Equal("docker.io/library/app:latest", image.Text("name"));
        Assert.Equal("#!/bin/sh", await File.ReadAllTextAsync(Path.Combine(image.Text("root")!, "app"), TestContext.Current.CancellationToken));

        Assert.Equal(ExitCodes.Ok, await RunAsync("rm", "app"));
        Assert.False(Directory.Exists(image.Text("root")));
        Assert.Equal(ExitCodes.Failed, await RunAsync("rm", "app"));
        Assert.Contains("ahoi: there is no image app in", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build web:1", ExitCodes.Usage, "there is no recipe 'web:1'; there is debian:trixie, postgres:17, pgbouncer:1.24")]
    [InlineData("build web:1 --from debian:trixie --suite sid", ExitCodes.Usage, "give one of them")]
    [InlineData("build Web --suite trixie", ExitCodes.Usage, "repository name (library/Web) must be lowercase")]
    [InlineData("build host --suite trixie", ExitCodes.Failed, "Give the new image another name")]
    [InlineData("build web:1 --suite=--x", ExitCodes.Failed, "'--x' is no Debian release, as trixie is")]
    [InlineData("build web:1 --suite trixie --package=--hook --mirror here", ExitCodes.Failed, "'--hook' is no name of a Debian package; 'here' is no mirror")]
    [InlineData("import web:1 /no/such", ExitCodes.Failed, "There is no file or folder /no/such")]
    [InlineData("rm host", ExitCodes.Failed, "cannot be removed")]
    [InlineData("ls -o yaml", ExitCodes.Usage, "yaml")]
    public async Task Image_WhatCannotBe_SaysWhy(string line, int exitCode, string why)
    {
        Assert.Equal(exitCode, await RunAsync(line.Split(' ')));
        Assert.Contains(why, _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task Image_DamagedIndex_IsNamed()
    {
        var images = Directory.CreateDirectory(Path.Combine(_folder, "images")).FullName;
        await File.WriteAllTextAsync(Path.Combine(images, "index.json"), "{", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Failed, await RunAsync("ls"));
        Assert.Contains("index.json is damaged", _error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> RunAsync(params string[] args) => AhoiCommandLine.RunAsync(
        ["image", .. args, "--images", Path.Combine(_folder, "images")], _output, _error, TestContext.Current.CancellationToken);
}
