namespace Ahoi.Previews.Hooks;

/// <summary>Whose way of calling a webhook is used.</summary>
internal enum HookForge
{
    /// <summary>GitHub's: <c>X-Hub-Signature-256</c>.</summary>
    GitHub,

    /// <summary>GitLab's: <c>X-Gitlab-Token</c>, or a signature as <see cref="Plain"/> has it.</summary>
    GitLab,

    /// <summary>Gitea's and Forgejo's: <c>X-Gitea-Signature</c>.</summary>
    Gitea,

    /// <summary>Anybody else's, by the Standard Webhooks specification: <c>webhook-id</c>, <c>webhook-timestamp</c> and
    /// <c>webhook-signature</c>.</summary>
    Plain,
}
