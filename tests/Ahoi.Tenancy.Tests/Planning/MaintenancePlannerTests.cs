using Ahoi.Tenancy.Api;
using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Tests.Planning;

public sealed class MaintenancePlannerTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ServerState Answers = new("old", IsSettled: true);

    [Fact]
    public void Next_PoolIsInFront_ServerIsChangedOnlyOnceItIsPausedAndThatIsWrittenDown()
    {
        var requested = MaintenancePlanner.Next(null, "new", Answers, [Pool()], Now);
        Assert.Equal(new(new MaintenanceStatus { Id = "new-1", Phase = "Requested" }, false), requested);
        Assert.Equal(requested, MaintenancePlanner.Next(requested.Status, "new", Answers, [Pool(paused: "other-1")], Now));

        var running = MaintenancePlanner.Next(requested.Status, "new", Answers, [Pool(paused: "new-1")], Now);
        Assert.Equal("Running", running.Status!.Phase);
        Assert.False(running.MayChange);

        Assert.True(MaintenancePlanner.Next(running.Status, "new", Answers, [Pool(paused: "new-1")], Now).MayChange);
        Assert.Equal("Running", MaintenancePlanner.Next(running.Status, "new", new("new", IsSettled: false), [Pool(paused: "new-1")], Now).Status?.Phase);
        Assert.Equal(new(null, true), MaintenancePlanner.Next(running.Status, "new", new("new", IsSettled: true), [Pool(paused: "new-1")], Now));
    }

    [Fact]
    public void Next_OneOfTwoPoolsCannotPause_IsPostponedAndTriedAgainUnderAnotherName()
    {
        var requested = MaintenancePlanner.Next(null, "new", Answers, [Pool(), Pool()], Now);

        var postponed = MaintenancePlanner.Next(requested.Status, "new", Answers, [Pool(paused: "new-1"), Pool(failed: "new-1")], Now);
        Assert.Equal("Postponed", postponed.Status!.Phase);
        Assert.False(postponed.MayChange);
        Assert.Equal(postponed, MaintenancePlanner.Next(postponed.Status, "new", Answers, [Pool(), Pool(failed: "new-1")], Now));

        var again = MaintenancePlanner.Next(postponed.Status, "new", Answers, [Pool(), Pool(failed: "new-1")], postponed.Status.RetryAt!.Value);
        Assert.Equal(new MaintenanceStatus { Id = "new-2", Phase = "Requested" }, again.Status);
    }

    [Fact]
    public void Next_NobodyCouldBeConnected_ChangesAtOnce()
    {
        Assert.Equal(new(null, true), MaintenancePlanner.Next(null, "new", Answers, [], Now));
        Assert.Equal(new(null, true), MaintenancePlanner.Next(null, "new", new("old", IsSettled: false), [Pool()], Now));
        Assert.Equal(new(null, true), MaintenancePlanner.Next(null, "old", Answers, [Pool()], Now));
    }

    [Fact]
    public void Next_ChangeIsTakenBack_RequestIsTooAndAnotherOneHasAnotherName()
    {
        var requested = MaintenancePlanner.Next(null, "new", Answers, [Pool()], Now).Status;

        Assert.Equal(new(null, true), MaintenancePlanner.Next(requested, "old", Answers, [Pool()], Now));
        Assert.Equal("newer-1", MaintenancePlanner.Next(requested, "newer", Answers, [Pool(paused: "new-1")], Now).Status?.Id);
    }

    private static PoolAnswer Pool(string? paused = null, string? failed = null) => new("acme", paused, failed);
}
