using Ahoi.Api.Objects;

namespace Ahoi.Dashboard.Tests;

/// <summary>A cluster with some of everything: what runs, what comes up, what fails, what ended.</summary>
internal static class Fleet
{
    private const string Running = """{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"engine","ready":true,"restartCount":0,"image":"host","imageID":"","state":{"running":{}}},{"name":"radio","ready":true,"restartCount":1,"image":"host","imageID":"","state":{"running":{}}}]}""";
    private const string Crashing = """{"phase":"Running","containerStatuses":[{"name":"engine","ready":false,"restartCount":7,"image":"host","imageID":"","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""";

    public static async Task MakeAsync(DashboardWorld world)
    {
        await world.DefineShipsAsync();
        var aurora = await world.CreateShipAsync("aurora");
        await world.ReportAsync(DashboardWorld.Ships, "aurora", """
            {"phase":"Sailing","url":"https://aurora.fleet.example.com/","crew":24,"knots":14,"cargo":{"containers":120},"observedGeneration":1,
             "conditions":[{"type":"Ready","status":"True","reason":"Sailing","message":"All 3 of 3 children are ready","lastTransitionTime":"2026-01-05T10:00:00Z"},
                           {"type":"Progressing","status":"False","reason":"UpToDate","message":"","lastTransitionTime":"2026-01-05T10:00:00Z"}]}
            """);
        await DeployAsync(world, aurora, "aurora-bridge", 3, Running);
        await world.CreateAsync(DashboardWorld.Services, DashboardWorld.Parse("""{"metadata":{"name":"aurora-bridge"},"spec":{"ports":[{"port":80}],"selector":{"app":"aurora"}}}"""), owner: aurora);
        await world.CreateAsync(DashboardWorld.Ingresses, DashboardWorld.Parse("""
            {"metadata":{"name":"aurora"},"spec":{"rules":[{"host":"aurora.fleet.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"aurora-bridge","port":{"number":80}}}}]}}]}}
            """), owner: aurora);
        await world.CreateAsync(DashboardWorld.Secrets, DashboardWorld.Parse("""{"metadata":{"name":"aurora-codes"},"stringData":{"launch":"correct-horse"}}"""), owner: aurora);
        await world.CreateAsync(DashboardWorld.Events, DashboardWorld.Parse($$$"""
            {"metadata":{"name":"aurora.1"},"involvedObject":{"apiVersion":"fleet.example.com/v1","kind":"Ship","namespace":"fleet","name":"aurora","uid":"{{{aurora.Uid}}}"},
             "reason":"Sailed","message":"Left Hamburg with 24 on board","type":"Normal","count":1,"lastTimestamp":"2026-01-05T10:00:00Z","source":{"component":"ahoi"}}
            """));

        var boreas = await world.CreateShipAsync("boreas");
        await world.ReportAsync(DashboardWorld.Ships, "boreas", """{"phase":"Leaking","conditions":[{"type":"Ready","status":"False","reason":"HullFailed","message":"Deployment boreas-engine: 2 of 3 pods crash","lastTransitionTime":"2026-01-05T10:00:00Z"},{"type":"Stalled","status":"True","reason":"HullFailed","lastTransitionTime":"2026-01-05T10:00:00Z"}]}""");
        await DeployAsync(world, boreas, "boreas-engine", 3, Crashing);

        var calypso = await world.CreateShipAsync("calypso");
        await world.ReportAsync(DashboardWorld.Ships, "calypso", """{"phase":"Boarding","conditions":[{"type":"Ready","status":"False","reason":"WaitingForCrew","lastTransitionTime":"2026-01-05T10:00:00Z"}]}""");
        await DeployAsync(world, calypso, "calypso-deck", 12, Running);
    }

    private static async Task DeployAsync(DashboardWorld world, RawObject owner, string name, int pods, string status)
    {
        const string Template = """{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"engine","image":"host"}]}}""";
        var spec = $$$"""{"replicas":{{{pods}}},"selector":{"matchLabels":{"app":"x"}},"template":{{{Template}}}}""";
        var ready = status == Running ? pods : 1;
        var deployment = await world.CreateAsync(DashboardWorld.Deployments, DashboardWorld.Parse($$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}"""), owner: owner);
        await world.ReportAsync(DashboardWorld.Deployments, name, $$"""{"observedGeneration":1,"replicas":{{pods}},"readyReplicas":{{ready}}}""");
        var old = await world.CreateAsync(DashboardWorld.ReplicaSets, DashboardWorld.Parse($$$"""{"metadata":{"name":"{{{name}}}-5c9"},"spec":{{{spec.Replace($"\"replicas\":{pods}", "\"replicas\":0", StringComparison.Ordinal)}}}}"""), owner: deployment);
        var set = await world.CreateAsync(DashboardWorld.ReplicaSets, DashboardWorld.Parse($$$"""{"metadata":{"name":"{{{name}}}-7d4"},"spec":{{{spec}}}}"""), owner: deployment);
        await world.ReportAsync(DashboardWorld.ReplicaSets, set.Name, $$"""{"observedGeneration":1,"replicas":{{pods}},"readyReplicas":{{ready}}}""");
        for (var i = 0; i < pods; i++)
        {
            var pod = await world.CreatePodAsync($"{name}-7d4-{i}", set);
            if (i < ready || status == Crashing)
            {
                await world.ReportAsync(DashboardWorld.Pods, pod.Name, status == Crashing && i == 0 ? Running : status);
            }
        }
    }
}
