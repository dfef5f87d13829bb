namespace Ahoi.Conformance.Tests;

/// <summary>
/// The local API server answers recorded exchanges as Kubernetes 1.36 did. Scenarios that are known to differ are listed
/// in known-differences.txt with the reason, and docs/limits.md says what it means for users; one that agrees after all
/// fails here until it is taken off the list.
/// </summary>
public abstract class ScenarioTests(RecordedServer server)
{
    private static readonly Dictionary<string, string> Known = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "known-differences.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(": ", 2))
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    public static TheoryData<string> Scenarios { get; } =
        [.. Scenario.LoadAll().Where(s => s.Needs is null or "no-controllers").Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Scenario_Replayed_AnswersAsRecorded(string name)
    {
        var differences = server.DifferencesOf(name);
        if (Known.TryGetValue(name, out var reason))
        {
            Assert.True(differences.Count > 0, $"{name} agrees now; take it off known-differences.txt.");
            Assert.Skip($"known to differ: {reason}");
        }

        Assert.Empty(differences);
    }
}

public sealed class MemoryScenarioTests(MemoryServer server) : ScenarioTests(server), IClassFixture<MemoryServer>;

public sealed class SqliteScenarioTests(SqliteServer server) : ScenarioTests(server), IClassFixture<SqliteServer>;
