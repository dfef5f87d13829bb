using Ahoi.Api.Objects;
using Ahoi.Framework.Definitions;

namespace Ahoi.Previews.Api;

/// <summary>An app that gets a running copy for each branch of its repository.</summary>
[CustomResource(Group.Name, Group.Version, ShortNames = ["pa"])]
[CelRule("self.metadata.name.matches('^[a-z][-a-z0-9]*$') && size(self.metadata.name) <= 40", Message = "a PreviewApp's name begins with a letter, has no dots and at most 40 characters, because other names are made from it")]
[PrinterColumn("Base", JsonPath = ".spec.base.deployment", Type = "string")]
[PrinterColumn("Previews", JsonPath = ".status.previews", Type = "integer")]
[PrinterColumn("Limit", JsonPath = ".spec.limits.maxPreviews", Type = "integer")]
[PrinterColumn("Ready", JsonPath = ".status.conditions[?(@.type==\"Ready\")].status", Type = "string")]
[PrinterColumn("Last-Change", JsonPath = ".status.lastChange", Type = "date")]
[PrinterColumn("Age", JsonPath = ".metadata.creationTimestamp", Type = "date")]
[PrinterColumn("Reason", JsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", Type = "string", Priority = 1)]
public sealed record PreviewApp
{
    /// <summary>Gets the metadata.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>Gets what is previewed, and how.</summary>
    public required PreviewAppSpec Spec { get; init; }

    /// <summary>Gets what was found.</summary>
    public PreviewAppStatus? Status { get; init; }
}
