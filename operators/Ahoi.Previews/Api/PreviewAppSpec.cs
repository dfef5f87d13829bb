using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Ahoi.Framework.Definitions;

namespace Ahoi.Previews.Api;

/// <summary>What is previewed, and how.</summary>
[CelRule("self.hostTemplate.contains('{hash}')", Message = "hostTemplate needs {hash}, or two branches could get one host")]
[CelRule(
    "size(self.hostTemplate.replace('{hash}','').replace('{slug}','')) + self.hashLength <= 55",
    Message = "hostTemplate is too long: with the hash it has at most 55 characters, so that a longer hash and a part of the branch's name fit into the 63 of a label")]
[CelRule("self.dns != 'Records' || has(self.dnsUpdate)", Message = "dns: Records needs dnsUpdate, which says where the zone is updated")]
[CelRule("!has(self.pinnedHosts) || self.pinnedHosts.all(p, !p.host.startsWith('preview-'))", Message = "pinned hosts cannot begin with preview-, which is where previews have theirs")]
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The lengths are read for the schema, and nothing is validated by these attributes.")]
public sealed record PreviewAppSpec
{
    /// <summary>Gets what is copied.</summary>
    [Immutable]
    public required PreviewBase Base { get; init; }

    /// <summary>Gets where branches come from.</summary>
    public required PreviewSource Source { get; init; }

    /// <summary>Gets the branches that have a host of their own; they never expire.</summary>
    [ListMap("branch")]
    [MaxLength(32)]
    public IReadOnlyList<PinnedHost>? PinnedHosts { get; init; }

    /// <summary>Gets the domain below which previews have their hosts; it cannot be changed.</summary>
    [Immutable]
    [RegularExpression("^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    [StringLength(180)]
    public required string Domain { get; init; }

    /// <summary>Gets the first label of hosts: <c>{hash}</c> has to be in it, <c>{slug}</c> may. It cannot be changed.</summary>
    /// <value>The default is <c>preview-{hash}</c>.</value>
    [Immutable]
    [RegularExpression("^([a-z0-9-]|[{]hash[}]|[{]slug[}])+$")]
    [StringLength(63)]
    [DefaultValue("preview-{hash}")]
    public string HostTemplate { get; set; } = "preview-{hash}"; // Not init: what is not in the JSON would be null then.

    /// <summary>Gets how many digits of the branch's hash are in names. A branch whose digits are taken gets two more.</summary>
    /// <value>The default is 8.</value>
    [Range(6, 16)]
    [DefaultValue(8)]
    public int HashLength { get; set; } = 8;

    /// <summary>Gets the namespace of the previews; the app's own with <c>-previews</c> where left out. It is made where there
    /// is none, and cannot be changed.</summary>
    [Immutable]
    [RegularExpression("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    [StringLength(63)]
    public string? TargetNamespace { get; init; }

    /// <summary>Gets the image of one container, made from the commit; the base's where left out.</summary>
    public PreviewImage? Image { get; init; }

    /// <summary>Gets what of the app's data each preview has of its own; nothing where left out.</summary>
    public PreviewData? Data { get; init; }

    /// <summary>Gets what is different in previews.</summary>
    public PreviewOverrides? Overrides { get; init; }

    /// <summary>Gets after how long without a new commit a preview is taken down, as in <c>168h</c>; a new commit brings it
    /// back. Never, where left out.</summary>
    [CelRule("duration(self) >= duration('1h')", Message = "ttl must be a duration of at least 1h, as in 168h")]
    [RegularExpression("^([0-9]+(h|m|s))+$")]
    [StringLength(16)]
    public string? Ttl { get; init; }

    /// <summary>Gets whether previews follow when what is copied changes.</summary>
    /// <value>The default is <see cref="Api.BaseChanges.Follow"/>.</value>
    [DefaultValue(BaseChanges.Follow)]
    public BaseChanges BaseChanges { get; init; }

    /// <summary>Gets how many previews there may be.</summary>
    public PreviewLimits Limits { get; set; } = new();

    /// <summary>Gets when the preview of a branch that is gone is deleted.</summary>
    public PreviewDeletion Deletion { get; set; } = new();

    /// <summary>Gets how hosts come into the DNS.</summary>
    /// <value>The default is <see cref="DnsMode.Wildcard"/>.</value>
    [DefaultValue(DnsMode.Wildcard)]
    public DnsMode Dns { get; init; }

    /// <summary>Gets where records are written, with <see cref="DnsMode.Records"/>.</summary>
    public DnsUpdate? DnsUpdate { get; init; }

    /// <summary>Gets how previews are reached over TLS; not at all where left out.</summary>
    public PreviewTls? Tls { get; init; }

    /// <summary>Gets how the forge is told of previews; not at all where left out.</summary>
    [CelRule("self.forge != 'Gitea' || has(self.apiUrl)", Message = "report.apiUrl has to say where Gitea's API is, as in https://git.example.com/api/v1")]
    public PreviewReport? Report { get; init; }

    /// <summary>Gets the path that is asked to find out whether a preview answers.</summary>
    /// <value>The default is <c>/</c>.</value>
    [RegularExpression("^/[^\\r\\n ]*$")]
    [StringLength(200)]
    [DefaultValue("/")]
    public string ProbePath { get; set; } = "/";
}

/// <summary>What is copied: objects of the PreviewApp's namespace.</summary>
public sealed record PreviewBase
{
    /// <summary>Gets the Deployment's name.</summary>
    [StringLength(253)]
    public required string Deployment { get; init; }

    /// <summary>Gets the Service's name.</summary>
    [StringLength(63)]
    public required string Service { get; init; }

    /// <summary>Gets the Ingress' name.</summary>
    [StringLength(253)]
    public required string Ingress { get; init; }
}

/// <summary>Where branches come from.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The lengths are read for the schema, and nothing is validated by these attributes.")]
public sealed record PreviewSource
{
    /// <summary>Gets the repository, as git takes it: <c>https://</c>, <c>ssh://</c> or <c>file://</c>; without a scheme,
    /// <c>https://</c> is put before it. It is part of the hash and cannot be changed.</summary>
    [Immutable]
    [StringLength(500)]
    [RegularExpression("^(https://|ssh://|file:///)?[A-Za-z0-9/][^\\s?#]*$")]
    [CelRule("!self.matches('^https://[^/]*@')", Message = "repository has no user or password; name a Secret in credentialsSecret")]
    public required string Repository { get; init; }

    /// <summary>Gets whether branches are found by the operator, or Previews made by hand or by a CI.</summary>
    /// <value>The default is <see cref="Discovery.Poll"/>.</value>
    [DefaultValue(Discovery.Poll)]
    public Discovery Discovery { get; init; }

    /// <summary>Gets how many seconds lie between two looks at the repository.</summary>
    /// <value>The default is 180.</value>
    [Range(1, 3600)]
    [DefaultValue(180)]
    public int PollSeconds { get; set; } = 180;

    /// <summary>Gets globs of branches that get a preview; all where left out. <c>*</c> stays within a path segment,
    /// <c>**</c> does not.</summary>
    [MaxLength(64)]
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>Gets globs of branches that get none, whatever <see cref="Include"/> says.</summary>
    [MaxLength(64)]
    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>Gets the Secret, in the PreviewApp's namespace, whose <c>secret</c> webhooks of the repository are signed with.
    /// Each push is seen at once then, where the operator takes webhooks; the looks from time to time go on. No webhook is taken
    /// where it is left out.</summary>
    [StringLength(253)]
    public string? WebhookSecret { get; init; }

    /// <summary>Gets the Secret, in the PreviewApp's namespace, with <c>username</c> and <c>password</c> for https (a
    /// token is a <c>password</c>; without <c>username</c>, <c>git</c> is sent) and <c>ca.crt</c> where a private authority signed
    /// its certificate, or <c>ssh-privatekey</c> and <c>known_hosts</c> for ssh.</summary>
    [StringLength(253)]
    public string? CredentialsSecret { get; init; }
}

/// <summary>Who finds branches.</summary>
public enum Discovery
{
    /// <summary>The operator looks from time to time.</summary>
    Poll,

    /// <summary>Nobody: Previews are made by hand, or by a CI.</summary>
    Manual,
}

/// <summary>A branch with a host of its own.</summary>
public sealed record PinnedHost
{
    /// <summary>Gets the branch.</summary>
    [StringLength(244)]
    public required string Branch { get; init; }

    /// <summary>Gets its host.</summary>
    [RegularExpression("^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    [StringLength(253)]
    public required string Host { get; init; }
}

/// <summary>An image that is made from each commit.</summary>
public sealed record PreviewImage
{
    /// <summary>Gets the container; it may be left out where the Deployment has one alone.</summary>
    [StringLength(63)]
    public string? Container { get; init; }

    /// <summary>Gets the image, with <c>{commit}</c>, <c>{hash}</c> or <c>{slug}</c>.</summary>
    [StringLength(500)]
    public required string Template { get; init; }
}

/// <summary>What is different in previews.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The lengths are read for the schema, and nothing is validated by these attributes.")]
public sealed record PreviewOverrides
{
    /// <summary>Gets how many replicas a preview has.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 100)]
    [DefaultValue(1)]
    public int Replicas { get; set; } = 1;

    /// <summary>Gets variables that all containers get, over those of the base. Values may have <c>{commit}</c>,
    /// <c>{branch}</c>, <c>{hash}</c>, <c>{slug}</c> and <c>{host}</c>.</summary>
    [ListMap("name")]
    [MaxLength(64)]
    public IReadOnlyList<PreviewVariable>? Env { get; init; }

    /// <summary>Gets variables of the base that previews do not get.</summary>
    [MaxLength(64)]
    public IReadOnlyList<string>? DropEnv { get; init; }

    /// <summary>Gets the Secrets that previews may use. They are looked for in the previews' namespace: nothing is copied, and
    /// what refers to other Secrets is taken out.</summary>
    [MaxLength(64)]
    public IReadOnlyList<string>? SecretAllowList { get; init; }

    /// <summary>Gets further labels of pods.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A variable of a preview.</summary>
public sealed record PreviewVariable
{
    /// <summary>Gets its name.</summary>
    [StringLength(200)]
    public required string Name { get; init; }

    /// <summary>Gets its value.</summary>
    [StringLength(4000)]
    public required string Value { get; init; }
}

/// <summary>What becomes of copies when what they were copied from changes.</summary>
public enum BaseChanges
{
    /// <summary>They change as well, so many at a time as <c>limits.maxConcurrentRollouts</c> says.</summary>
    Follow,

    /// <summary>They stay as they are until the next commit, or until they are suspended or woken.</summary>
    Pin,
}

/// <summary>How many previews there may be.</summary>
public sealed record PreviewLimits
{
    /// <summary>Gets how many previews there are at most.</summary>
    /// <value>The default is 50.</value>
    [Range(1, 5000)]
    [DefaultValue(50)]
    public int MaxPreviews { get; set; } = 50;

    /// <summary>Gets how many previews that run already change at a time at most, because of pushes or of a change of the base.
    /// One that does not come up within two minutes keeps nobody waiting.</summary>
    /// <value>The default is 5.</value>
    [Range(1, 1000)]
    [DefaultValue(5)]
    public int MaxConcurrentRollouts { get; set; } = 5;

    /// <summary>Gets how many previews are deleted at once at most; where it would be more, none is.</summary>
    /// <value>The default is 10.</value>
    [Range(1, 5000)]
    [DefaultValue(10)]
    public int MaxDeletesPerPass { get; set; } = 10;
}

/// <summary>When the preview of a branch that is gone is deleted.</summary>
public sealed record PreviewDeletion
{
    /// <summary>Gets how many seconds a branch has to be gone.</summary>
    /// <value>The default is 600.</value>
    [Range(0, 604800)]
    [DefaultValue(600)]
    public int GraceSeconds { get; set; } = 600;

    /// <summary>Gets in how many complete listings it has to be missing.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 10)]
    [DefaultValue(2)]
    public int Confirmations { get; set; } = 2;
}

/// <summary>How hosts come into the DNS.</summary>
public enum DnsMode
{
    /// <summary>One record for all of them is there already.</summary>
    Wildcard,

    /// <summary>By external-dns, which finds the host in the Ingress.</summary>
    ExternalDNS,

    /// <summary>By the operator itself, which updates the zone's name server (RFC 2136).</summary>
    Records,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>How previews are reached over TLS.</summary>
[CelRule("has(self.wildcardSecret) != has(self.clusterIssuer)", Message = "tls needs either wildcardSecret or clusterIssuer")]
public sealed record PreviewTls
{
    /// <summary>Gets the Secret, in the previews' namespace, with one certificate for all hosts.</summary>
    [StringLength(253)]
    public string? WildcardSecret { get; init; }

    /// <summary>Gets the issuer of cert-manager that makes a certificate for each host.</summary>
    [StringLength(253)]
    public string? ClusterIssuer { get; init; }
}
