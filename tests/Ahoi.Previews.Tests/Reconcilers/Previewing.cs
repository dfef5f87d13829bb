using Ahoi.Api.Json;
using Ahoi.Previews.Planning;
using Ahoi.Previews.Tests.Planning;

namespace Ahoi.Previews.Tests.Reconcilers;

/// <summary>A PreviewApp for tests.</summary>
internal static class Previewing
{
    public static string Hash(string repository, string branch) => BranchIdentity.Hash(repository, "web", branch, 8, _ => false);

    public static JsonMap App(string repository, string deletion, string? pinned = null, string? labels = null, string domain = "example.com", string env = "[]", int most = 50) => Samples.Map(
        $$$"""
        {"apiVersion":"preview.example.com/v1alpha1","kind":"PreviewApp","metadata":{"name":"web","namespace":"shop"},
         "spec":{"base":{"deployment":"web","service":"web","ingress":"web"},"source":{"repository":"{{{repository}}}","pollSeconds":1},"domain":"{{{domain}}}",
          "deletion":{{{deletion}}},"pinnedHosts":[{{{pinned}}}],"overrides":{"labels":{{{labels ?? "{}"}}},"env":{{{env}}}},"limits":{"maxPreviews":{{{most}}} } } }
        """);
}
