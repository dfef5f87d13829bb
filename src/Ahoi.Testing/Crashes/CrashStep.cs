namespace Ahoi.Testing.Crashes;

/// <summary>One thing that happens to an operator, and what is to come of it.</summary>
/// <param name="Name">What it is called in messages and in the report.</param>
/// <param name="Act">Does it: creates, changes or deletes objects, as the operator's users would.</param>
/// <param name="Converged">Waits until the operator has done all of its part; throws where it does not in time. It is called
/// again after a death, and once more where nobody died.</param>
public sealed record CrashStep(string Name, Func<TestCluster, Task> Act, Func<TestCluster, Task> Converged);
