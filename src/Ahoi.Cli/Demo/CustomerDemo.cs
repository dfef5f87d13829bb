using System.Diagnostics;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Cli.Trees;

namespace Ahoi.Cli.Demo;

/// <summary>Applies two Customers, and shows their ownership tree while they converge.</summary>
/// <param name="client">The cluster.</param>
/// <param name="output">Where to draw.</param>
/// <param name="pools">Whether connection pools are kept here.</param>
/// <param name="runs">Whether there is a node, with the images that the pods need.</param>
internal sealed class CustomerDemo(ApiClient client, TextWriter output, bool pools, bool runs)
{
    /// <summary>The slides' customer.</summary>
    public const string CustomerName = "big-client-0815";

    /// <summary>Another one beside it.</summary>
    public const string OtherName = "small-client-4711";

    /// <summary>What to try next.</summary>
    public static readonly string[] NextSteps =
    [
        "kubectl get customers,databases,connectionpools,schedulers -A",
        $"kubectl -n cust-{CustomerName} get pods",
        $"ahoi tree customer/{CustomerName} -w",
        "kubectl -n site get previews",
        "kubectl explain customer.spec.features.database",
    ];

    /// <summary>How to break things.</summary>
    public static readonly string[] Trials =
    [
        $"kubectl -n cust-{CustomerName} delete pod {CustomerName}-postgres-0 --force   # a database dies: jobs wait, none is lost",
        $"kubectl -n cust-{CustomerName} annotate database {CustomerName} internal.example.com/restarted-at=1   # planned: the pool is paused, nobody fails",
        $"kubectl -n cust-{CustomerName} annotate database {CustomerName} internal.example.com/rotate-password=1",
        $"kubectl patch customer {CustomerName} --type merge -p '{{\"spec\":{{\"features\":{{\"scheduler\":{{\"workers\":1}}}}}}}}'   # idle workers go first, busy ones finish",
        $"kubectl delete customer {OtherName}   # refused: it is protected",
        $"kubectl patch customer {OtherName} --type merge -p '{{\"spec\":{{\"deletionProtection\":false}}}}' && kubectl delete customer {OtherName}   # in waves; its volume stays",
    ];

    private const string Manifest =
        """
        {
          "apiVersion": "internal.example.com/v1",
          "kind": "Customer",
          "metadata": { "name": "big-client-0815" },
          "spec": {
            "displayName": "Customer A",
            "features": {
              "database": { "enabled": true, "storage": "256gb" },
              "scheduler": { "enabled": true, "workers": 4 },
              "webhooks": { "enabled": false }
            }
          }
        }
        """;

    private static readonly GroupVersionResource Customers = new("internal.example.com", "v1", "customers");

    private static readonly GroupVersionResource[] Shown =
    [
        Customers,
        new("internal.example.com", "v1", "databases"),
        new("internal.example.com", "v1", "schedulers"),
        new("internal.example.com", "v1", "webhooks"),
        new("", "v1", "namespaces"),
        new("", "v1", "secrets"),
        new("", "v1", "services"),
        new("apps", "v1", "statefulsets"),
        new("apps", "v1", "deployments"),
        new("batch", "v1", "jobs"),
    ];

    /// <summary>The kinds whose controllers have to answer before the customer counts as converged.</summary>
    private static readonly string[] Answering = ["Customer", "Database", "Scheduler"];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var (name, title, workers) in new[] { (CustomerName, "Customer A", 4L), (OtherName, "Customer B", 2L) })
        {
            await client.ApplyAsync(Customers, new ObjectKey(null, name), Describe(name, title, workers), "ahoi-demo", cancellationToken: cancellationToken);
        }

        GroupVersionResource[] shown = [.. Shown, .. pools ? [new GroupVersionResource("internal.example.com", "v1", "connectionpools")] : Array.Empty<GroupVersionResource>(), .. runs ? [new GroupVersionResource("", "v1", "pods")] : Array.Empty<GroupVersionResource>()];
        await using var objects = new ObjectWatch(client, shown, IsOfACustomer);
        objects.Start();
        await using var view = TreeView.Create(output, started);
        while (true)
        {
            // Armed before the look, so that a change in between is not missed.
            var changed = objects.Changed;
            var seen = objects.Snapshot();
            var tree = OwnershipTree.Build(seen, parentless => parentless.Kind == "Customer" ? null : FindCustomer(seen, parentless));
            await view.ShowAsync(tree);
            if (HasConverged(seen))
            {
                break;
            }

            await changed.WaitAsync(cancellationToken);
        }

        var count = objects.Snapshot().Count;
        await view.DisposeAsync();
        await output.WriteLineAsync();
        await output.WriteLineAsync($"{count} objects from two Customers in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s, by controllers that talk through the API alone.");
        if (runs)
        {
            await new DemoTraffic(client, output).RunAsync([CustomerName, OtherName], cancellationToken);
            return;
        }

        await output.WriteLineAsync("Their pods run as soon as there is a node with their images: 'ahoi image build postgres:17' makes the database's.");
    }

    /// <summary>The slides' Customer by another name and size; where there is a pool, everything goes through it, and an app
    /// takes jobs.</summary>
    private JsonMap Describe(string name, string title, long workers)
    {
        var customer = JsonTree.ParseMap(Manifest);
        customer.Map("metadata")!["name"] = name;
        var spec = customer.Map("spec")!;
        spec["displayName"] = title;
        var features = spec.Map("features")!;
        features.Map("scheduler")!["workers"] = workers;
        features.Map("webhooks")!["enabled"] = runs;
        if (pools)
        {
            features["connectionPool"] = new JsonMap { ["enabled"] = true };
        }

        return customer;
    }

    private static bool IsOfACustomer(RawObject value) => NameOf(value) is CustomerName or OtherName;

    /// <summary>The customer that something belongs to, by where it is.</summary>
    private static string? NameOf(RawObject value) => value.Kind == "Customer" ? value.Name
        : value.Kind == "Namespace" ? After(value.Name)
        : After(value.Namespace);

    private static string? After(string? @namespace) => @namespace?.StartsWith("cust-", StringComparison.Ordinal) == true ? @namespace[5..] : null;

    private static RawObject? FindCustomer(IReadOnlyList<RawObject> objects, RawObject value) =>
        objects.FirstOrDefault(o => o.Kind == "Customer" && o.Name == NameOf(value));

    private bool HasConverged(IReadOnlyList<RawObject> objects) => new[] { CustomerName, OtherName }.All(name =>
        Answering.All(kind => objects.Any(o => o.Kind == kind && o.Name == name && HasAnswered(o) && (!runs || IsReady(o)))));

    private static bool HasAnswered(RawObject value) =>
        value.ToMap().At("status", "observedGeneration") is long seen && seen >= value.Generation;

    private static bool IsReady(RawObject value) =>
        (value.ToMap().At("status", "conditions") as JsonList)?.Maps.Any(c => c.Text("type") == "Ready" && c.Text("status") == "True") == true;
}
