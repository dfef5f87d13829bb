using Ahoi.Framework.Controllers;

namespace Guide;

internal static class Happenings
{
    public static Description Report(Description description, Site site) =>
        // docs: events
        description
            .WithEvent("Published", $"{site.Metadata.Name} is online")
            .WithEvent("CertificateOld", "the certificate ends within a week", EventType.Warning)
            .WithEvent(new EventDraft(EventType.Normal, "Moved", "the site has a new address")
            {
                Action = "Publish",
                Related = (new("", "v1", "Service"), new(site.Metadata.Namespace, "site")),
            });
    // docs: end
}
