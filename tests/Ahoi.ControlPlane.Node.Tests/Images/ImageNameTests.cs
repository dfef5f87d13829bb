using Ahoi.ControlPlane.Node.Images;

namespace Ahoi.ControlPlane.Node.Tests.Images;

public sealed class ImageNameTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("postgres", "docker.io/library/postgres:latest", "postgres:latest")]
    [InlineData("postgres:17", "docker.io/library/postgres:17", "postgres:17")]
    [InlineData("bitnami/kafka:3", "docker.io/bitnami/kafka:3", "bitnami/kafka:3")]
    [InlineData("docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("localhost/app", "localhost/app:latest", "localhost/app:latest")]
    [InlineData("localhost:5000/app:1.0-rc_1", "localhost:5000/app:1.0-rc_1", "localhost:5000/app:1.0-rc_1")]
    [InlineData("registry.k8s.io/e2e-test-images/agnhost:2.47", "registry.k8s.io/e2e-test-images/agnhost:2.47", "registry.k8s.io/e2e-test-images/agnhost:2.47")]
    [InlineData("ghcr.io/a/b/c__d", "ghcr.io/a/b/c__d:latest", "ghcr.io/a/b/c__d:latest")]
    [InlineData("app@sha256:" + Hex, "docker.io/library/app@sha256:" + Hex, "app@sha256:" + Hex)]
    [InlineData("app:1@sha256:" + Hex, "docker.io/library/app:1@sha256:" + Hex, "app:1@sha256:" + Hex)]
    public void Parse_Name_IsCompletedAsRuntimesDo(string text, string full, string @short)
    {
        var name = ImageName.Parse(text);

        Assert.Equal(full, name.ToString());
        Assert.Equal(@short, name.ToShortString());
        Assert.Equal(name, ImageName.Parse(full));
    }

    [Theory]
    [InlineData("", "there is no name")]
    [InlineData(":1", "there is no name")]
    [InlineData("Postgres", "repository name (library/Postgres) must be lowercase")]
    [InlineData("ghcr.io/Me/app", "repository name (Me/app) must be lowercase")]
    [InlineData("app:", "'' is no tag")]
    [InlineData("app:-x", "'-x' is no tag")]
    [InlineData("a b", "'library/a b' is no path")]
    [InlineData("app/", "'app/' is no path")]
    [InlineData("/app", "'/app' is no path")]
    [InlineData("a//b", "'a//b' is no path")]
    [InlineData("-app", "'library/-app' is no path")]
    [InlineData("../app", "is no ")]
    [InlineData("app@md5:1", "'md5:1' is no digest")]
    [InlineData("app\n", "is no path")]
    [InlineData(Hex, "not a name")]
    public void Parse_WhatIsNoName_SaysWhy(string text, string why)
    {
        var fault = Assert.Throws<InvalidImageNameException>(() => ImageName.Parse(text));

        Assert.StartsWith($"couldn't parse image name \"{text}\": invalid reference format: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }
}
