using System.Globalization;
using Ahoi.ControlPlane.Controllers.CronJobs;

namespace Ahoi.ControlPlane.Controllers.Tests.CronJobs;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-02T00:00:30Z", "2026-03-02T00:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-02T00:15:00Z", "2026-03-02T00:30:00Z")]
    [InlineData("5/20 3 * * *", "2026-03-02T03:26:00Z", "2026-03-02T03:45:00Z")]
    [InlineData("0 0 1 1 *", "2026-03-02T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("30 6-16/4 * * 1-5", "2026-03-06T14:30:00Z", "2026-03-09T06:30:00Z")]
    [InlineData("0 12 * * MON,wed", "2026-03-02T12:00:00Z", "2026-03-04T12:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-02T00:00:00Z", "2026-03-06T00:00:00Z")] // The 13th or a Friday.
    [InlineData("0 0 */2 * 5", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")] // A step is a limit too.
    [InlineData("0 0 ? * 5", "2026-03-02T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-02T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("@daily", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")]
    [InlineData("@weekly", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-03-02T00:00:00Z", "2026-03-02T01:30:00Z")]
    [InlineData("TZ=Europe/Berlin 0 6 * * *", "2026-03-02T00:00:00Z", "2026-03-02T05:00:00Z")]
    public void Next_Schedule_IsTheFirstTimeAfter(string schedule, string after, string next) =>
        Assert.Equal(Time(next), CronSchedule.Parse(schedule, TimeZoneInfo.Utc).Next(Time(after)));

    [Fact]
    public void Next_HourThatTheClockLeavesOut_IsLeftOut() =>
        Assert.Equal(Time("2026-03-30T00:30:00Z"), Berlin("30 2 * * *").Next(Time("2026-03-28T23:00:00Z")));

    [Fact]
    public void Next_HourThatComesTwice_CountsTwice()
    {
        var first = Berlin("30 2 * * *").Next(Time("2026-10-24T12:00:00Z"));

        Assert.Equal(Time("2026-10-25T00:30:00Z"), first);
        Assert.Equal(Time("2026-10-25T01:30:00Z"), Berlin("30 2 * * *").Next(first!.Value));
    }

    [Fact]
    public void Next_DayThatNeverComes_IsNone() => Assert.Null(CronSchedule.Parse("0 0 31 2 *", TimeZoneInfo.Utc).Next(Time("2026-03-02T00:00:00Z")));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * * 7")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("* * * foo *")]
    [InlineData("@never")]
    [InlineData("@every soon")]
    [InlineData("TZ=Nowhere/Land * * * * *")]
    public void Parse_NoSchedule_SaysWhy(string text) =>
        Assert.NotEmpty(Assert.Throws<FormatException>(() => CronSchedule.Parse(text, TimeZoneInfo.Utc)).Message);

    private static CronSchedule Berlin(string schedule) => CronSchedule.Parse(schedule, CronSchedule.Zone("Europe/Berlin"));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
