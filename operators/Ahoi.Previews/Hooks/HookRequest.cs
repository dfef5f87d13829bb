namespace Ahoi.Previews.Hooks;

/// <summary>A call of a webhook, as it came.</summary>
/// <param name="Header">Gives a header's value, or <see langword="null"/>.</param>
/// <param name="Body">The body's bytes, which are what is signed.</param>
internal sealed record HookRequest(Func<string, string?> Header, ReadOnlyMemory<byte> Body)
{
    /// <summary>Gets whose way it is. Gitea sends GitHub's headers too, so it is asked for first.</summary>
    public HookForge Forge =>
        Header("X-Gitea-Event") is not null ? HookForge.Gitea
        : Header("X-GitHub-Event") is not null ? HookForge.GitHub
        : Header("X-Gitlab-Event") is not null ? HookForge.GitLab
        : HookForge.Plain;
}
