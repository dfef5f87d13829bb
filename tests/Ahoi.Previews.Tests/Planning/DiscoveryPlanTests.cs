using Ahoi.Previews.Api;
using Ahoi.Previews.Planning;

namespace Ahoi.Previews.Tests.Planning;

public sealed class DiscoveryPlanTests
{
    private const string Commit = "2222222222222222222222222222222222222222";

    [Fact]
    public void Make_NewBranches_GetPreviewsUpToTheLimit()
    {
        var app = Samples.App(s => s with { Limits = new() { MaxPreviews = 2 }, Source = s.Source with { Exclude = ["bot/**"] }, PinnedHosts = [new() { Branch = "zeta", Host = "z.example.com" }] });

        var plan = DiscoveryPlan.Make(app, [], Listing("a", "b", "bot/x", "zeta", "-bad"), true, null, Samples.Now);

        Assert.Equal(["zeta", "a"], plan.Wanted.Select(w => w.Branch)); // What is pinned comes first.
        Assert.Equal(1, plan.Left);
        Assert.Equal(1, plan.Unfit);
    }

    [Fact]
    public void Make_HashIsTakenByAnotherBranch_TheLaterOneGetsMoreDigits()
    {
        var digits = BranchIdentity.Digits("github.com/acme/shop", "web", "late");
        var early = Samples.Preview("early") with { Spec = Samples.Preview("early").Spec with { Hash = digits[..8] } };

        var plan = DiscoveryPlan.Make(Samples.App(), [early], Listing("early", "late"), true, null, Samples.Now);

        Assert.Equal([digits[..8], digits[..10]], plan.Wanted.Select(w => w.Hash));
    }

    [Fact]
    public void Make_BranchIsMissing_IsDeletedAfterConfirmationsAndGrace()
    {
        Preview[] existing = [Samples.Preview("a"), Samples.Preview("b")];
        var app = Samples.App(s => s with { Deletion = new() { GraceSeconds = 600, Confirmations = 2 } });

        var first = DiscoveryPlan.Make(app, existing, Listing("a"), true, null, Samples.Now);
        app = app with { Status = new() { Missing = first.Missing } };
        var again = DiscoveryPlan.Make(app, existing, Listing("a"), false, null, Samples.Now.AddHours(1));
        var early = DiscoveryPlan.Make(app, existing, Listing("a"), true, null, Samples.Now.AddMinutes(1));
        var late = DiscoveryPlan.Make(app, existing, Listing("a"), true, null, Samples.Now.AddMinutes(10));
        var back = DiscoveryPlan.Make(app, existing, Listing("a", "b"), true, null, Samples.Now.AddMinutes(10));

        Assert.Empty(first.Delete);
        Assert.Empty(again.Delete); // One listing that is looked at twice is one.
        Assert.Empty(early.Delete);
        Assert.Equal([existing[1].Metadata.Name!], late.Delete);
        Assert.Empty(back.Missing);
    }

    [Fact]
    public void Make_ImplausibleListing_DeletesNothing()
    {
        Preview[] existing = [Samples.Preview("a"), Samples.Preview("b")];
        var app = Samples.App(status: new()
        {
            Missing = [new() { Branch = "a", Since = Samples.Now.AddDays(-9), Listings = 2 }, new() { Branch = "b", Since = Samples.Now.AddDays(-9), Listings = 2 }],
        });

        var empty = DiscoveryPlan.Make(app, existing, Listing(), true, null, Samples.Now);
        var other = DiscoveryPlan.Make(app, existing, Listing("x", "y"), true, null, Samples.Now);

        Assert.NotNull(empty.Doubt);
        Assert.Empty(empty.Delete);
        Assert.NotNull(other.Doubt);
        Assert.Empty(other.Delete);
    }

    [Fact]
    public void Make_TooManyAreMissing_WaitsForTheApprovalOfExactlyThese()
    {
        var existing = Enumerable.Range(0, 20).Select(i => Samples.Preview($"b{i}")).ToArray();
        var missing = existing.Skip(5).Select(p => new MissingBranch { Branch = p.Spec.Branch, Since = Samples.Now.AddDays(-1), Listings = 2 }).ToArray();
        var app = Samples.App(status: new() { Missing = missing });
        var half = Listing([.. existing.Take(5).Select(p => p.Spec.Branch)]);

        var paused = DiscoveryPlan.Make(app, existing, half, true, null, Samples.Now);
        var wrong = DiscoveryPlan.Make(app, existing, half, true, "yes", Samples.Now);
        var approved = DiscoveryPlan.Make(app, existing, half, true, paused.Approval, Samples.Now);

        Assert.NotNull(paused.Approval);
        Assert.Empty(paused.Delete);
        Assert.Empty(wrong.Delete);
        Assert.Equal(15, approved.Delete.Count);
    }

    [Fact]
    public void Make_KeptAndPinned_AreNeverMissing()
    {
        Preview[] existing = [Samples.Preview("a"), Samples.Preview("kept", keep: true), Samples.Preview("live")];
        var app = Samples.App(s => s with { PinnedHosts = [new() { Branch = "live", Host = "staging.example.com" }] });

        Assert.Empty(DiscoveryPlan.Make(app, existing, Listing("a"), true, null, Samples.Now).Missing);
    }

    private static Dictionary<string, string> Listing(params string[] branches) => branches.ToDictionary(b => b, _ => Commit, StringComparer.Ordinal);
}
