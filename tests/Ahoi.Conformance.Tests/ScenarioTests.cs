namespace Ahoi.Conformance.Tests;

/// <summary>
/// The local API server answers recorded exchanges as Kubernetes 1.36 did. Scenarios that are known to differ are listed
/// in known-differences.txt with the reason, and docs/limits.md says what it means for users; one that agrees after all
/// fails here until it is taken off the list.
/// </summary>
public abstract class ScenarioTests(RecordedServer server)
{
    public static TheoryData<string> Scenarios { get; } = [.. Scenario.LoadAll().Where(s => !s.NeedsControllers).Select(s => s.Name)];

    public static TheoryData<string> ControlledScenarios { get; } = [.. Scenario.LoadAll().Where(s => s.NeedsControllers).Select(s => s.Name)];

    protected void AnswersAsRecorded(string name)
    {
        var differences = server.DifferencesOf(name);
        if (KnownDifferences.Find(name) is { } reason)
        {
            Assert.True(differences.Count > 0, $"{name} agrees now; take it off known-differences.txt.");
            Assert.Skip($"known to differ: {reason}");
        }

        Assert.Empty(differences);
    }
}

public abstract class ServerScenarioTests(RecordedServer server) : ScenarioTests(server)
{
    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Scenario_Replayed_AnswersAsRecorded(string name) => AnswersAsRecorded(name);
}

public sealed class MemoryScenarioTests(MemoryServer server) : ServerScenarioTests(server), IClassFixture<MemoryServer>;

public sealed class SqliteScenarioTests(SqliteServer server) : ServerScenarioTests(server), IClassFixture<SqliteServer>;

public sealed class ControllerScenarioTests(ControlledServer server) : ScenarioTests(server), IClassFixture<ControlledServer>
{
    [Theory]
    [MemberData(nameof(ControlledScenarios))]
    public void Scenario_ReplayedWithControllers_AnswersAsRecorded(string name) => AnswersAsRecorded(name);
}
