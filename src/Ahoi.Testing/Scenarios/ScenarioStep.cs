namespace Ahoi.Testing.Scenarios;

/// <summary>One thing that happens to an operator, and what is to come of it.</summary>
/// <param name="Name">What it is called in messages and in reports.</param>
/// <param name="Act">Does it: creates, changes or deletes objects, as the operator's users would.</param>
/// <param name="Converged">Waits until the operator has done all of its part; throws where it does not in time. It may be called
/// several times.</param>
public sealed record ScenarioStep(string Name, Func<TestCluster, Task> Act, Func<TestCluster, Task> Converged);
