using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ahoi.Previews.Api;

/// <summary>How a forge is told of previews.</summary>
public sealed record PreviewReport
{
    /// <summary>Gets whose API it is.</summary>
    public required ForgeKind Forge { get; init; }

    /// <summary>Gets where the API is: <c>https://git.example.com/api/v4</c>, for example. GitHub's and GitLab's own where left
    /// out; Gitea has none of its own.</summary>
    [StringLength(500)]
    [RegularExpression("^(https://[^\\s?#@]+|http://(127[.]0[.]0[.]1|localhost)(:[0-9]+)?(/[^\\s?#@]*)?)$")]
    public string? ApiUrl { get; init; }

    /// <summary>Gets the project's path, as in <c>acme/shop</c>.</summary>
    [StringLength(255)]
    [RegularExpression("^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$")]
    public required string Project { get; init; }

    /// <summary>Gets the Secret, in the PreviewApp's namespace, with the <c>token</c> that may write statuses and comments.</summary>
    [StringLength(253)]
    public required string CredentialsSecret { get; init; }

    /// <summary>Gets whether each commit gets a status with the preview's URL.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    [DefaultValue(true)]
    public bool Status { get; set; } = true;

    /// <summary>Gets whether each pull request that a webhook told of gets one comment, which is kept up to date.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [DefaultValue(false)]
    public bool Comment { get; init; }
}

/// <summary>A kind of forge, by its API.</summary>
public enum ForgeKind
{
    /// <summary>GitHub, and GitHub Enterprise Server.</summary>
    GitHub,

    /// <summary>GitLab.</summary>
    GitLab,

    /// <summary>Gitea and Forgejo.</summary>
    Gitea,
}
