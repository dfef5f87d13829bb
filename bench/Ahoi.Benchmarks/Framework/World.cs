using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Connections;
using Ahoi.Client.Requests;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;

namespace Ahoi.Benchmarks.Framework;

/// <summary>Custom resources with three children each, and what their operator wants of them.</summary>
[CustomResource("bench.example.com", "v1")]
internal sealed record Widget(ObjectMeta Metadata, WidgetSpec Spec, WidgetStatus? Status = null);

internal sealed record WidgetSpec(string Text, int Round = 0);

internal sealed record WidgetStatus(int Round);

internal static class World
{
    public const int Parallel = 32;
    public const int Children = 3;

    public static readonly GroupVersionResource Widgets = new("bench.example.com", "v1", "widgets");
    public static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    public static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");

    private static readonly string Text = new('x', 800);

    public static string Name(int number) => number.ToString("'w'00000", CultureInfo.InvariantCulture);

    public static JsonMap Child(string widget, int number, int round) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonMap { ["name"] = $"{widget}-{number}", ["labels"] = new JsonMap { ["app"] = "bench", ["widget"] = widget } },
        ["data"] = new JsonMap { ["text"] = Text, ["round"] = number == 0 ? round.ToString(CultureInfo.InvariantCulture) : "0" },
    };

    public static Task CreateWidgetsAsync(ApiClient client, string @namespace, int count) => ManyAsync(count, i => client.CreateAsync(
        Widgets,
        @namespace,
        new JsonMap
        {
            ["apiVersion"] = "bench.example.com/v1",
            ["kind"] = "Widget",
            ["metadata"] = new JsonMap { ["name"] = Name(i), ["labels"] = new JsonMap { ["app"] = "bench" } },
            ["spec"] = new JsonMap { ["text"] = Text, ["round"] = 0L },
        }));

    public static Task CreateNamespaceAsync(ApiConnection connection, string name)
    {
        using var client = new ApiClient(connection);
        return client.CreateAsync(new("", "v1", "namespaces"), null, JsonTree.ParseMap($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}"""));
    }

    public static async Task ManyAsync(int count, Func<int, Task> make)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                await make(i);
            }
        })));
    }
}

internal sealed class WidgetReconciler(Action<ObjectKey> began, Action<ObjectKey> done) : IReconciler<Widget>
{
    public ValueTask<Description> ReconcileAsync(Widget widget, ReconcileContext context, CancellationToken cancellationToken)
    {
        began(context.Key);
        var description = new Description();
        for (var i = 0; i < World.Children; i++)
        {
            description.Add(World.Child(context.Key.Name, i, widget.Spec.Round));
        }

        return description.WithStatus(new WidgetStatus(widget.Spec.Round)).WithoutReadyCondition().WhenDone(_ => done(context.Key));
    }
}
