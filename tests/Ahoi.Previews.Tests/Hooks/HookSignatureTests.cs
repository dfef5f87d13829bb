using System.Security.Cryptography;
using System.Text;
using Ahoi.Previews.Hooks;

namespace Ahoi.Previews.Tests.Hooks;

public sealed class HookSignatureTests
{
    private const string Secret = "It's a Secret to Everybody";

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The example of GitHub's documentation of webhooks.</summary>
    [Fact]
    public void GitHub_DocumentedExample_IsRight() => Assert.True(IsRight(
        "Hello, World!", ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")));

    [Theory]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18")]
    [InlineData("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("")]
    public void GitHub_AnotherSignature_IsWrong(string signature) =>
        Assert.False(IsRight("Hello, World!", ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", signature)));

    [Fact]
    public void GitHub_AnotherBody_IsWrong() => Assert.False(IsRight(
        "Hello, World?", ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")));

    [Fact]
    public void GitHub_WithoutASignature_IsWrong() => Assert.False(IsRight("Hello, World!", ("X-GitHub-Event", "push")));

    [Fact]
    public void Gitea_HexOfTheBody_IsRight() => Assert.True(IsRight(
        "Hello, World!", ("X-Gitea-Event", "push"), ("X-GitHub-Event", "push"), ("X-Gitea-Signature", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")));

    [Theory]
    [InlineData(Secret, true)]
    [InlineData("another", false)]
    public void GitLab_Token_IsTheSecret(string token, bool isRight) =>
        Assert.Equal(isRight, IsRight("{}", ("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", token)));

    /// <summary>The example of the Standard Webhooks specification's reference libraries.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void Plain_ReferenceExample_IsRightForFiveMinutes(int late, bool isRight)
    {
        var request = Request(
            """{"test": 2432232314}""",
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

        Assert.Equal(isRight, HookSignature.IsRight(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", DateTimeOffset.FromUnixTimeSeconds(1614265330 + late)));
    }

    [Fact]
    public void Plain_SignatureOfAnotherNumber_IsWrong()
    {
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"one.{Now.ToUnixTimeSeconds()}.{{}}")));

        Assert.True(IsRight("{}", ("webhook-id", "one"), ("webhook-timestamp", $"{Now.ToUnixTimeSeconds()}"), ("webhook-signature", $"v1,{signature}")));
        Assert.False(IsRight("{}", ("webhook-id", "two"), ("webhook-timestamp", $"{Now.ToUnixTimeSeconds()}"), ("webhook-signature", $"v1,{signature}")));
    }

    [Fact]
    public void NoHeaders_AreWrong() => Assert.False(IsRight("{}"));

    private static bool IsRight(string body, params (string Name, string Value)[] headers) => HookSignature.IsRight(Request(body, headers), Secret, Now);

    private static HookRequest Request(string body, params (string Name, string Value)[] headers)
    {
        var byName = headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase);
        return new(byName.GetValueOrDefault, Encoding.UTF8.GetBytes(body));
    }
}
