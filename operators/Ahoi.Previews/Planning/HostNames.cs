using Ahoi.Previews.Api;

namespace Ahoi.Previews.Planning;

/// <summary>Decides on the host and the digits of a preview.</summary>
internal static class HostNames
{
    public static string NamespaceOf(PreviewApp app) => app.Spec.TargetNamespace ?? $"{app.Metadata.Namespace}-previews";

    public static string HashOf(PreviewApp app, PreviewSpec spec) =>
        spec.Hash ?? BranchIdentity.Digits(app.Spec.Source.Repository, app.Metadata.Name!, spec.Branch)[..app.Spec.HashLength];

    public static string? Pinned(PreviewApp app, string branch) => app.Spec.PinnedHosts?.FirstOrDefault(p => p.Branch == branch)?.Host;

    /// <summary>A host that was given once stays, whatever the template says later.</summary>
    public static string Of(PreviewApp app, Preview preview) =>
        Pinned(app, preview.Spec.Branch)
        ?? (preview.Status?.Host is { } given && app.Spec.PinnedHosts?.Any(p => p.Host == given) is not true && given.EndsWith($".{app.Spec.Domain}", StringComparison.Ordinal) && given.Contains(HashOf(app, preview.Spec), StringComparison.Ordinal)
            ? given
            : $"{BranchIdentity.Label(app.Spec.HostTemplate, HashOf(app, preview.Spec), preview.Spec.Branch)}.{app.Spec.Domain}");
}
