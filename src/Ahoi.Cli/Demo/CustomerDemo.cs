using System.Diagnostics;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Cli.Trees;

namespace Ahoi.Cli.Demo;

/// <summary>Applies the example Customer, and shows its ownership tree while it converges.</summary>
internal sealed class CustomerDemo(ApiClient client, TextWriter output)
{
    public const string CustomerName = "big-client-0815";

    /// <summary>What to try next.</summary>
    public static readonly string[] NextSteps =
    [
        "kubectl get customers",
        $"kubectl -n cust-{CustomerName} get databases,schedulers,statefulsets,deployments,jobs,services,secrets",
        $"kubectl get customer {CustomerName} -o yaml",
        "kubectl explain customer.spec.features.database",
        $"kubectl patch customer {CustomerName} --type merge -p '{{\"spec\":{{\"features\":{{\"scheduler\":{{\"workers\":2}}}}}}}}'",
        $"kubectl patch customer {CustomerName} --type merge -p '{{\"spec\":{{\"features\":{{\"scheduler\":{{\"enabled\":false}}}}}}}}'",
    ];

    private const string Manifest =
        """
        {
          "apiVersion": "internal.example.com/v1",
          "kind": "Customer",
          "metadata": { "name": "big-client-0815" },
          "spec": {
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
        var manifest = JsonTree.ParseMap(Manifest);
        await client.ApplyAsync(Customers, new ObjectKey(null, CustomerName), manifest, "ahoi-demo", cancellationToken: cancellationToken);

        await using var objects = new ObjectWatch(client, Shown, IsOfTheCustomer);
        objects.Start();
        await using var view = TreeView.Create(output, started);
        while (true)
        {
            // Armed before the look, so that a change in between is not missed.
            var changed = objects.Changed;
            var seen = objects.Snapshot();
            var tree = OwnershipTree.Build(seen, parentless => parentless.Kind == "Customer" ? null : FindCustomer(seen));
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
        await output.WriteLineAsync($"{count} objects from one Customer in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s, by three controllers that talk through the API alone.");
        await output.WriteLineAsync("Their pods run as soon as their images are here: 'ahoi image build postgres:17' makes the database's.");
    }

    private static bool IsOfTheCustomer(RawObject value) =>
        (value.Kind == "Customer" && value.Name == CustomerName)
        || value.Name == $"cust-{CustomerName}"
        || value.Namespace == $"cust-{CustomerName}";

    private static RawObject? FindCustomer(IReadOnlyList<RawObject> objects) => objects.FirstOrDefault(o => o.Kind == "Customer");

    private static bool HasConverged(IReadOnlyList<RawObject> objects) =>
        Answering.All(kind => objects.Any(o => o.Kind == kind && HasAnswered(o)));

    private static bool HasAnswered(RawObject value) =>
        value.ToMap().At("status", "observedGeneration") is long seen && seen >= value.Generation;
}
