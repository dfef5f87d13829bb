using Ahoi.Framework.Supervision;

// docs: example
ChildSpec[] children =
[
    ChildSpec.Worker("stack", RunStackAsync),
    ChildSpec.Supervisor("workers", new SupervisorOptions { Strategy = SupervisionStrategy.OneForAll },
        ChildSpec.Worker("worker-1", RunStackAsync),
        ChildSpec.Worker("worker-2", RunStackAsync)),
];

await using var supervisor = await Supervisor.StartAsync(
    new SupervisorOptions { Strategy = SupervisionStrategy.OneForOne }, children, CancellationToken.None);

Console.WriteLine(await supervisor.CountChildrenAsync());
// ChildCounts { Specs = 2, Active = 2, Supervisors = 1, Workers = 1 }
// docs: end

// docs: policies
var once = ChildSpec.Worker("import", RunStackAsync) with
{
    Restart = RestartPolicy.Transient,        // restarted only if it fails
    Shutdown = TimeSpan.FromSeconds(30),      // asked to stop, waited for, then killed
};
var result = await supervisor.StartChildAsync(once);
Console.WriteLine(result.Outcome);            // Done

await supervisor.TerminateChildAsync("import");
await supervisor.DeleteChildAsync("import");
// docs: end

static Task RunStackAsync(CancellationToken stopping) => Task.Delay(Timeout.Infinite, stopping);
