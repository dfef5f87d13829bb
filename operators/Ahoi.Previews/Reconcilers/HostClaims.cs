using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Takes hosts. A Domain is created and never applied: the API server lets one alone create it.</summary>
internal static class HostClaims
{
    public const string OwnerLabel = Group.Name + "/owner-uid";

    /// <summary>The label of Domains whose records the operator writes.</summary>
    public const string DnsLabel = Group.Name + "/dns";

    public static readonly GroupVersionKind DomainKind = new(Group.Name, Group.Version, nameof(Domain));

    private static readonly GroupVersionResource Ingresses = new("networking.k8s.io", "v1", "ingresses");

    /// <summary>Takes a host for an owner.</summary>
    /// <returns><see langword="null"/> where it is the owner's, or who has it.</returns>
    public static async Task<string?> ClaimAsync(
        ReconcileContext context, string host, DomainOwner owner, string? alsoGood, PreviewApp app, CancellationToken cancellationToken)
    {
        if (await context.FindAsync<Domain>(host, cancellationToken).ConfigureAwait(false) is { } domain)
        {
            if (domain.Spec.OwnerRef.Uid == owner.Uid)
            {
                await FollowAsync(context, domain, app, cancellationToken).ConfigureAwait(false);
                return null;
            }

            return domain.Spec.OwnerRef.Uid == alsoGood ? null : Text(domain.Spec.OwnerRef);
        }

        if (context.IsPlan)
        {
            return null;
        }

        try
        {
            await context.Writes.CreateAsync(Describe(host, owner, app), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            return "another, who was faster"; // The cache will tell who.
        }
    }

    /// <summary>The Ingress, not of this preview, that has the host.</summary>
    public static async Task<string?> ForeignIngressAsync(ReconcileContext context, string host, ObjectKey own, CancellationToken cancellationToken)
    {
        await foreach (var page in context.Client.ListPagesAsync(Ingresses, null, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            foreach (var ingress in page.Items.Where(i => i.Key != own))
            {
                if ((ingress.ToMap().At("spec", "rules") as JsonList)?.Maps.Any(r => r.Text("host") == host) == true)
                {
                    return $"Ingress {ingress.Key}";
                }
            }
        }

        return null;
    }

    /// <summary>Gives up an owner's hosts, all but some.</summary>
    public static async Task ReleaseAsync(ReconcileContext context, string uid, Func<string, bool> keeps, CancellationToken cancellationToken)
    {
        if (context.IsPlan)
        {
            return;
        }

        // Asked for at the server and not watched: a change of any Domain would wake every preview.
        var own = await context.Client.ListAsync(
            new(Group.Name, Group.Version, "domains"), null, new() { LabelSelector = $"{OwnerLabel}={uid}" }, cancellationToken).ConfigureAwait(false);
        foreach (var domain in own.Items.Where(d => !keeps(d.Name) && !d.IsBeingDeleted))
        {
            await context.Writes.DeleteAsync(domain, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Text(DomainOwner owner) => $"{owner.Kind} {owner.Namespace}/{owner.Name}";

    private static JsonMap Describe(string host, DomainOwner owner, PreviewApp app) => new()
    {
        ["apiVersion"] = DomainKind.ApiVersion,
        ["kind"] = DomainKind.Kind,
        ["metadata"] = new JsonMap { ["name"] = host, ["labels"] = Labels(owner, app) },
        ["spec"] = Spec(host, owner, app),
    };

    private static JsonMap Labels(DomainOwner owner, PreviewApp app)
    {
        var labels = new JsonMap { [OwnerLabel] = owner.Uid };
        if (app.Spec.Dns == DnsMode.Records)
        {
            labels[DnsLabel] = nameof(DnsMode.Records);
        }

        return labels;
    }

    private static JsonMap Spec(string host, DomainOwner owner, PreviewApp app)
    {
        var spec = new JsonMap
        {
            ["host"] = host,
            ["mode"] = app.Spec.Dns.ToString(),
            ["ownerRef"] = new JsonMap { ["kind"] = owner.Kind, ["namespace"] = owner.Namespace, ["name"] = owner.Name, ["uid"] = owner.Uid },
        };
        if (app.Spec is { Dns: DnsMode.Records, DnsUpdate: { } update })
        {
            spec["keyNamespace"] = app.Metadata.Namespace;
            spec["update"] = Update(update);
        }

        return spec;
    }

    private static JsonMap Update(DnsUpdate update) => new()
    {
        ["server"] = update.Server, ["zone"] = update.Zone, ["keySecret"] = update.KeySecret, ["target"] = update.Target, ["ttl"] = (long)update.Ttl,
    };

    /// <summary>Lets a host's record follow what the PreviewApp says. Whose the host is never changes.</summary>
    private static async Task FollowAsync(ReconcileContext context, Domain domain, PreviewApp app, CancellationToken cancellationToken)
    {
        if (context.IsPlan || app.Spec.Dns != DnsMode.Records || (domain.Spec.Mode == DnsMode.Records && domain.Spec.Update == app.Spec.DnsUpdate)
            || await context.FindAsync(DomainKind, new(null, domain.Metadata.Name!), cancellationToken).ConfigureAwait(false) is not { } raw)
        {
            return;
        }

        await context.Writes.PatchAsync(
            raw,
            new() { ["metadata"] = new JsonMap { ["labels"] = Labels(domain.Spec.OwnerRef, app) }, ["spec"] = new JsonMap { ["mode"] = nameof(DnsMode.Records), ["keyNamespace"] = app.Metadata.Namespace, ["update"] = Update(app.Spec.DnsUpdate!) } },
            cancellationToken).ConfigureAwait(false);
    }
}
