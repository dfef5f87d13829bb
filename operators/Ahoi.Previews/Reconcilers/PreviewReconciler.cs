using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Previews.Api;
using Ahoi.Previews.Forges;
using Ahoi.Previews.Planning;

namespace Ahoi.Previews.Reconcilers;

/// <summary>Keeps a copy of the app for each Preview: first what its pods read, then the pods, then the way to them.</summary>
internal sealed class PreviewReconciler(IngressProbe probe, ForgeReporter reporter, Rollouts rollouts) : IReconciler<Preview>, IFinalizer<Preview>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Later = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan PodLook = TimeSpan.FromSeconds(3);

    /// <summary>What becomes of a copy's pods.</summary>
    private enum Change
    {
        /// <summary>They are as they should be, or there are none yet.</summary>
        None,

        /// <summary>They are replaced.</summary>
        Now,

        /// <summary>They are to be replaced when others are through.</summary>
        Waits,

        /// <summary>They stay, although what is copied is another by now.</summary>
        Pinned,
    }

    public async ValueTask<Description> ReconcileAsync(Preview resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        var reference = resource.Spec.AppRef;
        var app = await context.FindAsync<PreviewApp>(reference.Name, cancellationToken, reference.Namespace).ConfigureAwait(false);
        if (app is null)
        {
            return Refuse(resource, "BaseResolved", "AppMissing", $"There is no PreviewApp {reference.Namespace}/{reference.Name}.");
        }

        if (HostNames.NamespaceOf(app) != resource.Metadata.Namespace)
        {
            return Refuse(resource, "BaseResolved", "WrongNamespace", $"Previews of {reference.Namespace}/{reference.Name} belong into namespace {HostNames.NamespaceOf(app)}.");
        }

        var clone = new CloneContext(app, resource, HostNames.Of(app, resource));
        var seen = Seen(clone, context.Time.GetUtcNow());
        if (IsExpired(clone, seen, context.Time.GetUtcNow()))
        {
            return new Description()
                .WithStatus(seen with { Phase = "Expired", Url = null, DeployedCommit = null })
                .WithCondition(Condition.Ready, false, "Expired", "There was no commit for longer than spec.ttl; a new one brings the preview back.");
        }

        var originals = await OriginalsAsync(clone, context, cancellationToken).ConfigureAwait(false);
        if (originals.Fault is { } fault)
        {
            return Refuse(resource, "BaseResolved", fault.Reason, fault.Message, seen);
        }

        if (await HostFaultAsync(clone, context, cancellationToken).ConfigureAwait(false) is { } taken)
        {
            return Refuse(resource, "HostClaimed", "HostTaken", taken, seen).LookAgainAfter(Later);
        }

        if (await OverlapAsync(clone, originals, context, cancellationToken).ConfigureAwait(false) is { } overlap)
        {
            return Refuse(resource, "WorkloadAvailable", "SelectorOverlap", overlap, seen).LookAgainAfter(Later);
        }

        return await DescribeAsync(clone, originals, seen, context, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<Finalization> FinalizeAsync(Preview resource, ReconcileContext context, CancellationToken cancellationToken)
    {
        // The host is given back when nothing of this preview answers at it any more.
        if (await context.FindAsync(ClonePlanner.Ingress, context.Key, cancellationToken).ConfigureAwait(false) is { } ingress && IsOwn(ingress, resource))
        {
            reporter.Forget(context.Key);
            rollouts.End(new(resource.Spec.AppRef.Namespace, resource.Spec.AppRef.Name), context.Key);
            return Finalization.Wait(new Description().WithStatus((resource.Status ?? new()) with { Phase = "Deleting", Url = null }));
        }

        await HostClaims.ReleaseAsync(context, resource.Metadata.Uid!, _ => false, cancellationToken).ConfigureAwait(false);
        return Finalization.DeleteChildren;
    }

    private async Task<Description> DescribeAsync(CloneContext clone, Originals originals, PreviewStatus seen, ReconcileContext context, CancellationToken cancellationToken)
    {
        var runs = !clone.Preview.Spec.Suspend;
        var deployment = ClonePlanner.CloneDeployment(clone, originals.Deployment!, originals.Service!, runs);
        var live = await context.FindAsync(ClonePlanner.Deployment, context.Key, cancellationToken).ConfigureAwait(false);
        var change = ChangeOf(clone, deployment, live is not null && IsOwn(live, clone.Preview) ? live.ToMap() : null, context.Time.GetUtcNow());
        var description = change == Change.None || change == Change.Now ? new Description() : Description.KeepingChildren();
        if (change != Change.Pinned)
        {
            Describe(description, clone, originals, change == Change.Waits ? null : deployment);
        }

        if (change == Change.Waits)
        {
            description.LookAgainAfter(Soon);
        }

        var rolledOut = await IsRolledOutAsync(clone, context, cancellationToken).ConfigureAwait(false);
        if (rolledOut && change == Change.None)
        {
            rollouts.End(AppKey(clone), context.Key);
        }

        var trouble = runs && !rolledOut && live is not null ? await TroubleAsync(clone, description, context, cancellationToken).ConfigureAwait(false) : null;
        var url = seen.Url;
        if (!runs)
        {
            url = null;
        }
        else if (rolledOut && (url is null || seen.DeployedCommit != clone.Preview.Spec.Commit))
        {
            url = await UrlAsync(clone, context, cancellationToken).ConfigureAwait(false);
            if (url is null)
            {
                description.LookAgainAfter(Soon);
            }
        }

        var deployed = !runs ? null : rolledOut && url is not null ? clone.Preview.Spec.Commit : seen.DeployedCommit;
        if (seen.ExpiresAt is { } expires && url is not null)
        {
            description.LookAgainAfter(expires - context.Time.GetUtcNow() + TimeSpan.FromMilliseconds(100));
        }

        var reported = seen.Reported;
        if (clone.App.Spec.Report is { } how && runs)
        {
            var (told, fault, again) = await reporter.TellAsync(how, clone.App, Report(clone, rolledOut ? url : null), reported, context, cancellationToken).ConfigureAwait(false);
            reported = told;
            description.WithCondition("Reported", fault is null, fault?.Reason ?? "Told", fault?.Message ?? "");
            if (again is { } pause)
            {
                description.LookAgainAfter(pause);
            }
        }

        return description
            .WithStatus(outcome => seen with { Reported = reported, Url = url, DeployedCommit = deployed, Phase = Phase(clone, outcome, rolledOut && url is not null, trouble) })
            .WithConditions(outcome => Conditions(runs, rolledOut, url, trouble, change, outcome));
    }

    private static IEnumerable<Condition> Conditions(bool runs, bool rolledOut, string? url, PodTrouble? trouble, Change change, Outcome outcome)
    {
        yield return new("BaseResolved", "True", "Found", "");
        yield return new("HostClaimed", "True", "Claimed", "");
        yield return new(
            "WorkloadAvailable", rolledOut && runs ? "True" : "False",
            !runs ? "Suspended" : rolledOut ? "RolledOut" : trouble?.Reason ?? "Progressing", runs && !rolledOut ? trouble?.Message ?? "" : "");
        yield return new("ImageAvailable", trouble is { IsImage: true } ? "False" : "True", trouble is { IsImage: true } ? trouble.Reason : "NotMissed", trouble is { IsImage: true } ? trouble.Message : "");
        yield return new(
            "BaseFollowed", change is Change.Waits or Change.Pinned ? "False" : "True", change switch { Change.Waits => "WaitsForTurn", Change.Pinned => "Pinned", _ => "UpToDate" },
            change switch
            {
                Change.Waits => "As many previews of the app change at this moment as limits.maxConcurrentRollouts allows.",
                Change.Pinned => "What is copied has changed; spec.baseChanges is Pin, so the copy follows with the next commit.",
                _ => "",
            });
        yield return new("Routable", url is null ? "False" : "True", url is null ? "NoAnswer" : "Answers", "");
        if (outcome.Children.All(c => c.State != ChildState.Failed) && !(rolledOut && url is not null))
        {
            yield return new(
                Condition.Ready, "False", !runs ? "Suspended" : rolledOut ? "NotRoutable" : trouble?.Reason ?? "Progressing",
                !runs ? "spec.suspend is set." : rolledOut ? "Nothing answers yet at the host through the ingress." : trouble?.Message ?? "The pods do not run the commit yet.");
        }
    }

    private static ForgeReport Report(CloneContext clone, string? url)
    {
        var spec = clone.Preview.Spec;
        var state = url is not null ? ReportState.Ready : clone.Preview.Status is { Phase: "Failed" } ? ReportState.Failed : ReportState.Pending;
        return new(clone.Name, spec.Branch, spec.Commit, state, url, spec.PullRequest?.Number);
    }

    private static string Phase(CloneContext clone, Outcome outcome, bool serves, PodTrouble? trouble) =>
        clone.Preview.Spec.Suspend ? "Sleeping" : serves ? "Ready" : trouble is { IsImage: true } ? "WaitingForImage" : outcome.AnyFailed || trouble is not null ? "Failed" : "Progressing";

    private static void Describe(Description description, CloneContext clone, Originals originals, JsonMap? deployment)
    {
        foreach (var map in originals.ConfigMaps)
        {
            description.Add(new Child(ClonePlanner.CloneConfigMap(clone, map)) { Adoption = AdoptionRule.Never });
        }

        foreach (var claim in originals.Claims)
        {
            // Many are bound once a pod uses them, and not before.
            description.Add(new Child(ClonePlanner.CloneClaim(clone, claim)) { Adoption = AdoptionRule.Never, Ready = _ => Readiness.Ready });
        }

        if (originals.Database is { } database)
        {
            description.Add(new Child(ClonePlanner.CloneDatabase(clone, database)) { Adoption = AdoptionRule.Never, Ready = DatabaseIsReady });
        }

        description.Then("workload").Add(new Child(ClonePlanner.CloneService(clone, originals.Service!)) { Adoption = AdoptionRule.Never });
        if (deployment is not null)
        {
            description.Add(new Child(deployment) { Adoption = AdoptionRule.Never });
        }

        description.Then("entrance").Add(new Child(ClonePlanner.CloneIngress(clone, originals.Ingress!)) { Adoption = AdoptionRule.Never });
    }

    /// <summary>A Database that nobody has looked at yet says nothing, and is not ready for that.</summary>
    private static Readiness DatabaseIsReady(JsonMap database) =>
        (database.At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == Condition.Ready) == true
            ? Readiness.Of(database)
            : Readiness.Waiting("The Tenancy operator has not looked at it yet");

    /// <summary>Decides whether pods may become others now.</summary>
    private Change ChangeOf(CloneContext clone, JsonMap wanted, JsonMap? live, DateTimeOffset now)
    {
        const string Commit = Group.Name + "/commit";
        if (live is null || Template(live) == Template(wanted))
        {
            return Change.None;
        }

        var isPush = live.At("spec", "template", "metadata", "annotations", Commit) as string != clone.Preview.Spec.Commit;
        var isSleep = (live.At("spec", "replicas") is 0L) != (wanted.At("spec", "replicas") is 0L);
        return !isPush && !isSleep && clone.App.Spec.BaseChanges == BaseChanges.Pin ? Change.Pinned
            : isSleep || rollouts.TryBegin(AppKey(clone), new(clone.Namespace, clone.Name), clone.App.Spec.Limits.MaxConcurrentRollouts, now) ? Change.Now
            : Change.Waits;
    }

    private static string? Template(JsonMap deployment) => deployment.At("metadata", "annotations", Group.TemplateAnnotation) as string;

    private static ObjectKey AppKey(CloneContext clone) => new(clone.App.Metadata.Namespace, clone.App.Metadata.Name!);

    private static async Task<PodTrouble?> TroubleAsync(CloneContext clone, Description description, ReconcileContext context, CancellationToken cancellationToken)
    {
        var (any, trouble) = await PodTrouble.OfAsync(context.Client, clone.Namespace, clone.Name, clone.Preview.Spec.Commit, cancellationToken).ConfigureAwait(false);
        if (any)
        {
            description.LookAgainAfter(PodLook); // Pods are not watched: there are many, and of most nobody asks anything.
        }

        return trouble;
    }

    private async Task<string?> UrlAsync(CloneContext clone, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (await context.FindAsync(ClonePlanner.Ingress, context.Key, cancellationToken).ConfigureAwait(false) is not { } raw || !IsOwn(raw, clone.Preview))
        {
            return null;
        }

        // A name that is asked for before it is there is remembered as missing.
        if (clone.App.Spec.Dns == DnsMode.Records
            && (await context.FindAsync(HostClaims.DomainKind, new(null, clone.Host), cancellationToken).ConfigureAwait(false))?.ToMap().At("status", "record") is not string)
        {
            return null;
        }

        var ingress = raw.ToMap();
        return IngressProbe.AddressOf(ingress, clone.App.Spec.ProbePath) is { } address
            && await probe.AnswersAsync(address, clone.Host, cancellationToken).ConfigureAwait(false)
                ? IngressProbe.UrlOf(ingress, clone.Host, clone.App.Spec.Tls is not null)
                : null;
    }

    /// <summary>Whether all pods run the commit.</summary>
    private static async Task<bool> IsRolledOutAsync(CloneContext clone, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (await context.FindAsync(ClonePlanner.Deployment, context.Key, cancellationToken).ConfigureAwait(false) is not { } raw || !IsOwn(raw, clone.Preview))
        {
            return false;
        }

        var deployment = raw.ToMap();
        return deployment.At("spec", "template", "metadata", "annotations", Group.Name + "/commit") as string == clone.Preview.Spec.Commit
            && deployment.At("spec", "replicas") is > 0L
            && Readiness.Of(deployment).IsReady;
    }

    private static async Task<string?> HostFaultAsync(CloneContext clone, ReconcileContext context, CancellationToken cancellationToken)
    {
        if (clone.Host.Length > 253)
        {
            return $"{clone.Host} has {clone.Host.Length} characters, and a host has 253 at most: shorten spec.domain of the PreviewApp.";
        }

        // Asked for once, before there is an Ingress of its own: from then on the Domain keeps others away.
        if (await context.FindAsync(ClonePlanner.Ingress, context.Key, cancellationToken).ConfigureAwait(false) is not { } own || !IsOwn(own, clone.Preview))
        {
            if (await HostClaims.ForeignIngressAsync(context, clone.Host, context.Key, cancellationToken).ConfigureAwait(false) is { } foreign)
            {
                return $"{clone.Host} is served by {foreign}.";
            }
        }

        var owner = new DomainOwner { Kind = nameof(Preview), Namespace = clone.Namespace, Name = clone.Name, Uid = clone.Preview.Metadata.Uid! };
        var pinned = HostNames.Pinned(clone.App, clone.Preview.Spec.Branch) is null ? null : clone.App.Metadata.Uid;
        return pinned is not null && await context.FindAsync<Domain>(clone.Host, cancellationToken).ConfigureAwait(false) is null
            ? $"{clone.Host} is not taken for the PreviewApp yet."
            : await HostClaims.ClaimAsync(context, clone.Host, owner, pinned, clone.App, cancellationToken).ConfigureAwait(false) is { } other ? $"{clone.Host} belongs to {other}." : null;
    }

    /// <summary>The Service that would send its traffic to this preview's pods. Asked for before there are any, or before their
    /// labels change.</summary>
    private static async Task<string?> OverlapAsync(CloneContext clone, Originals originals, ReconcileContext context, CancellationToken cancellationToken)
    {
        var labels = ClonePlanner.PodLabels(clone, originals.Deployment!, originals.Service!);
        if (await context.FindAsync(ClonePlanner.Deployment, context.Key, cancellationToken).ConfigureAwait(false) is { } own
            && IsOwn(own, clone.Preview)
            && own.ToMap().At("spec", "template", "metadata", "labels") is JsonMap present && present.ToString() == labels.ToString())
        {
            return null;
        }

        await foreach (var page in context.Client.ListPagesAsync(new("", "v1", "services"), clone.Namespace, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (page.Items.FirstOrDefault(s => s.Name != clone.Name && ClonePlanner.Selects(s.ToMap(), labels)) is { } service)
            {
                return $"Service {service.Key} would send its traffic to this preview: change its selector or spec.overrides.labels.";
            }
        }

        return null;
    }

    private static async Task<Originals> OriginalsAsync(CloneContext clone, ReconcileContext context, CancellationToken cancellationToken)
    {
        var names = clone.App.Spec.Base;
        var @namespace = clone.App.Metadata.Namespace;
        var found = new List<JsonMap>();
        foreach (var (kind, name) in ((GroupVersionKind, string)[])[(ClonePlanner.Deployment, names.Deployment), (ClonePlanner.Service, names.Service), (ClonePlanner.Ingress, names.Ingress)])
        {
            if (await context.FindAsync(kind, new(@namespace, name), cancellationToken).ConfigureAwait(false) is not { } raw)
            {
                return new() { Fault = ("BaseMissing", $"There is no {kind.Kind} {@namespace}/{name}.") };
            }

            found.Add(raw.ToMap());
        }

        if (ClonePlanner.Fault(clone, found[0], found[1], found[2]) is { } unfit)
        {
            return new() { Fault = ("BaseUnfit", $"{unfit}.") };
        }

        var maps = new List<JsonMap>();
        foreach (var name in PodChanges.ConfigMaps((JsonMap)found[0].At("spec", "template", "spec")!))
        {
            if (await context.FindAsync(ClonePlanner.ConfigMap, new(@namespace, name), cancellationToken).ConfigureAwait(false) is { } map)
            {
                maps.Add(map.ToMap());
            }
        }

        var data = clone.App.Spec.Data;
        var claims = new List<JsonMap>();
        foreach (var name in data?.Claims ?? [])
        {
            if (await context.FindAsync(ClonePlanner.Claim, new(@namespace, name), cancellationToken).ConfigureAwait(false) is not { } claim)
            {
                return new() { Fault = ("BaseMissing", $"There is no PersistentVolumeClaim {@namespace}/{name}, which spec.data.claims names.") };
            }

            claims.Add(claim.ToMap());
        }

        RawObject? database = null;
        if (data?.Database is { } wanted)
        {
            database = await context.FindAsync(ClonePlanner.Database, new(@namespace, wanted), cancellationToken).ConfigureAwait(false);
            if (database is null)
            {
                return new() { Fault = ("BaseMissing", $"There is no Database {@namespace}/{wanted}, which spec.data.database names.") };
            }
        }

        return new() { Deployment = found[0], Service = found[1], Ingress = found[2], ConfigMaps = maps, Claims = claims, Database = database?.ToMap() };
    }

    private static PreviewStatus Seen(CloneContext clone, DateTimeOffset now)
    {
        var spec = clone.Preview.Spec;
        var before = clone.Preview.Status ?? new();
        var last = before.LastCommit == spec.Commit ? before.LastCommitAt : DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var expires = spec.Keep || HostNames.Pinned(clone.App, spec.Branch) is not null || Durations.Parse(clone.App.Spec.Ttl) is not { } ttl ? null : last + ttl;
        return before with
        {
            Hash = HostNames.HashOf(clone.App, spec),
            Host = clone.Host,
            Url = before.Host == clone.Host ? before.Url : null,
            ShortCommit = spec.Commit[..7],
            LastCommit = spec.Commit,
            LastCommitAt = last,
            ExpiresAt = expires,
        };
    }

    private static bool IsExpired(CloneContext clone, PreviewStatus seen, DateTimeOffset now) => seen.ExpiresAt is { } expires && expires <= now && !clone.Preview.Spec.Keep;

    private static bool IsOwn(RawObject found, Preview preview) => found.ControllerOwner?.Uid == preview.Metadata.Uid;

    private static Description Refuse(Preview preview, string condition, string reason, string message, PreviewStatus? seen = null)
    {
        var status = seen ?? preview.Status ?? new();
        return Description.KeepingChildren()
            .WithStatus(status with { Phase = status.DeployedCommit is null ? "Pending" : status.Phase })
            .WithCondition(condition, false, reason, message)
            .WithCondition(Condition.Ready, false, reason, message);
    }

    private sealed record Originals
    {
        public JsonMap? Deployment { get; init; }

        public JsonMap? Service { get; init; }

        public JsonMap? Ingress { get; init; }

        public IReadOnlyList<JsonMap> ConfigMaps { get; init; } = [];

        public IReadOnlyList<JsonMap> Claims { get; init; } = [];

        public JsonMap? Database { get; init; }

        public (string Reason, string Message)? Fault { get; init; }
    }
}
