using Ahoi.Cli.Kubeconfigs;
using Ahoi.Client.Kubeconfigs;

namespace Ahoi.Cli.Tests;

public sealed class KubeconfigMergeTests : IDisposable
{
    private const string Own = """
        apiVersion: v1
        kind: Config
        clusters:
        - name: ahoi
          cluster:
            server: https://127.0.0.1:6443
        users:
        - name: ahoi
          user:
            token: secret
        contexts:
        - name: ahoi
          context:
            cluster: ahoi
            user: ahoi
        current-context: ahoi
        """;

    private const string Users = """
        apiVersion: v1
        kind: Config
        preferences: {}
        clusters:
        - name: work
          cluster: {server: "https://work.example.com", certificate-authority-data: QUJD}
        contexts:
        - context: {cluster: work, user: me, namespace: "0123"}
          name: work
        current-context: work
        users:
        - name: me
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: login
              args: ["--no", "1.10", 'yes']
              env: null
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("ahoi-merge-").FullName;

    private string OwnFile => Path.Combine(_folder, "own");

    private string UserFile => Path.Combine(_folder, "home", "config");

    [Fact]
    public void Into_AnotherKubeconfig_AddsTheContextAndTakesOutNothingElse()
    {
        Write(Users);
        var before = Kubeconfig.Load(UserFile).Connection("work");

        using (KubeconfigMerge.Into(UserFile, OwnFile))
        {
            var merged = Kubeconfig.Load(UserFile);
            Assert.Equal("work", merged.CurrentContext);
            Assert.Equal(new("https://127.0.0.1:6443/"), merged.Connection("ahoi").Server);
            Assert.Equal(before.Server, merged.Connection("work").Server);
            Assert.Equal("0123", merged.Connection("work").DefaultNamespace);
            Assert.Contains("args: [\"--no\", \"1.10\", 'yes']", File.ReadAllText(UserFile), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(UserFile));
        }

        Assert.Equal(["work"], Kubeconfig.Load(UserFile).Contexts);
        Assert.DoesNotContain("ahoi", File.ReadAllText(UserFile), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", File.ReadAllText(UserFile), StringComparison.Ordinal);
        Assert.Equal(["config"], Directory.EnumerateFiles(Path.GetDirectoryName(UserFile)!).Select(Path.GetFileName));
    }

    [Fact]
    public void Into_NoFile_IsThereForTheRunAndCurrent()
    {
        File.WriteAllText(OwnFile, Own);

        using (KubeconfigMerge.Into(UserFile, OwnFile))
        {
            Assert.Equal("ahoi", Kubeconfig.Load(UserFile).CurrentContext);
        }

        Assert.False(File.Exists(UserFile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("apiVersion: v1\nkind: Config\nclusters: []\nusers: null\n")]
    public void Into_EmptyFile_IsEmptyAgain(string text)
    {
        Write(text);

        using (KubeconfigMerge.Into(UserFile, OwnFile))
        {
            Assert.Equal(["ahoi"], Kubeconfig.Load(UserFile).Contexts);
        }

        var after = Kubeconfig.Load(UserFile);
        Assert.Empty(after.Contexts);
        Assert.Null(after.CurrentContext);
    }

    [Fact]
    public void Into_WhatAKilledRunLeft_IsReplaced_AndOnlyTheLastTakesItOut()
    {
        Write(Users);
        var killed = KubeconfigMerge.Into(UserFile, OwnFile);
        File.WriteAllText(OwnFile, Own.Replace("6443", "7443", StringComparison.Ordinal));
        using var next = KubeconfigMerge.Into(UserFile, OwnFile);

        killed.Dispose();

        Assert.Equal(new("https://127.0.0.1:7443/"), Kubeconfig.Load(UserFile).Connection("ahoi").Server);
    }

    [Fact]
    public void Into_SomebodyElsesAhoi_IsRefusedAndUntouched()
    {
        var text = Users.Replace("name: work\n  cluster", "name: ahoi\n  cluster", StringComparison.Ordinal);
        Write(text);

        var refusal = Assert.Throws<CommandFailedException>(() => KubeconfigMerge.Into(UserFile, OwnFile));

        Assert.Contains("has something called 'ahoi' in clusters that 'ahoi up' did not make; nothing was changed", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(UserFile));
    }

    [Theory]
    [InlineData("- a\n- b\n")]
    [InlineData("a: [\n")]
    public void Into_NoKubeconfig_IsRefusedAndUntouched(string text)
    {
        Write(text);

        var refusal = Assert.Throws<CommandFailedException>(() => KubeconfigMerge.Into(UserFile, OwnFile));

        Assert.Contains("is not a kubeconfig", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(UserFile));
        Assert.False(File.Exists(UserFile + ".lock"));
    }

    [Fact]
    public void Into_ALink_StaysALink()
    {
        Write(Users);
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, UserFile);

        using (KubeconfigMerge.Into(link, OwnFile))
        {
            Assert.NotNull(new FileInfo(link).LinkTarget);
            Assert.Contains("ahoi", Kubeconfig.Load(UserFile).Contexts);
        }
    }

    [Fact]
    public void Into_ItsOwnFile_IsRefused()
    {
        File.WriteAllText(OwnFile, Own);

        Assert.Contains("is the cluster's own kubeconfig", Assert.Throws<CommandFailedException>(() => KubeconfigMerge.Into(OwnFile, OwnFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Into_HeldByKubectl_SaysSo()
    {
        Write(Users);
        File.WriteAllText(UserFile + ".lock", "");

        var refusal = Assert.Throws<CommandFailedException>(() => KubeconfigMerge.Into(UserFile, OwnFile));

        Assert.Contains(".lock behind; remove that if none runs", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(UserFile + ".lock"));
    }

    [Fact]
    public void Choose_AsKubectlWrites_IsTheFirstThatExistsOrTheLast()
    {
        Write(Users);

        Assert.Equal(UserFile, KubeconfigMerge.Choose(["/nowhere", UserFile, OwnFile]));
        Assert.Equal("/nowhere/b", KubeconfigMerge.Choose(["/nowhere/a", "/nowhere/b"]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(UserFile)!);
        File.WriteAllText(UserFile, text);
        File.WriteAllText(OwnFile, Own);
    }
}
