using System.Text;
using Ahoi.Tenancy.Planning;
using k8s.Models;

namespace Ahoi.Tenancy.Tests.Planning;

public sealed class DatabaseLoginsTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    [Fact]
    public void Next_AnotherPasswordIsAskedFor_TheOldOneWorksUntilEverybodyHasTheNewOne()
    {
        var first = DatabaseLogins.Create("");

        // The other role is prepared, and nobody told of it before the server knows it.
        var prepared = first.Next("again", provisioned: true, Grace, Start);
        Assert.Equal(DatabaseLogins.FirstRole, prepared.Active);
        Assert.NotEmpty(prepared.VerifierOf(DatabaseLogins.SecondRole));
        Assert.Same(prepared, prepared.Next("again", provisioned: false, Grace, Start));

        var switched = prepared.Next("again", provisioned: true, Grace, Start);
        Assert.Equal(DatabaseLogins.SecondRole, switched.Active);
        Assert.NotEqual(first.Password, switched.Password);
        Assert.Equal(first.VerifierOf(DatabaseLogins.FirstRole), switched.VerifierOf(DatabaseLogins.FirstRole));
        Assert.Same(switched, switched.Next("again", provisioned: true, Grace, Start + Grace - TimeSpan.FromSeconds(1)));

        var retired = switched.Next("again", provisioned: true, Grace, Start + Grace);
        Assert.Empty(retired.VerifierOf(DatabaseLogins.FirstRole));
        Assert.Equal(switched.Password, retired.Password);
        Assert.Same(retired, retired.Next("again", provisioned: true, Grace, Start + Grace));
    }

    [Fact]
    public void Next_AskedAgainWhileTheFormerRoleIsInUse_WaitsForItsEnd()
    {
        var switched = DatabaseLogins.Create("").Next("1", true, Grace, Start).Next("1", true, Grace, Start);

        Assert.Same(switched, switched.Next("2", true, Grace, Start + TimeSpan.FromMinutes(1)));
        var prepared = switched.Next("2", true, Grace, Start + Grace).Next("2", true, Grace, Start + Grace);

        Assert.Equal("2", prepared.Pending);
        Assert.Equal(DatabaseLogins.SecondRole, prepared.Active);
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var logins = DatabaseLogins.Create("").Next("1", true, Grace, Start).Next("1", true, Grace, Start);

        var read = DatabaseLogins.Read(new V1Secret { Data = logins.ToData() }, "1");

        Assert.Equal(logins.ToData().OrderBy(e => e.Key).Select(Text), read.ToData().OrderBy(e => e.Key).Select(Text));
    }

    [Fact]
    public void Read_DamagedByHand_KeepsThePasswordAndMakesWhatIsMissing()
    {
        var data = DatabaseLogins.Create("").ToData();
        var password = Encoding.ASCII.GetString(data["app_a.password"]);
        data["app_a.verifier"] = "nonsense"u8.ToArray();
        data["active"] = "postgres"u8.ToArray();

        var read = DatabaseLogins.Read(new V1Secret { Data = data }, "");

        Assert.Equal(DatabaseLogins.FirstRole, read.Active);
        Assert.Equal(password, read.Password);
        Assert.True(ScramVerifier.Verifies(read.VerifierOf(DatabaseLogins.FirstRole), password));
        Assert.NotEmpty(DatabaseLogins.Read(new V1Secret(), "").Password);
    }

    private static string Text(KeyValuePair<string, byte[]> entry) => $"{entry.Key}={Encoding.UTF8.GetString(entry.Value)}";
}
