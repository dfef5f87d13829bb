using System.Text.Json.Serialization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Definitions;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.Hosting;

// docs: native
var builder = Host.CreateEmptyApplicationBuilder(new() { Args = args, ApplicationName = "greetings" });
builder.Services.AddAhoi(o => o.InstallDefinitions = true)
    .AddJson(GreetingJson.Default)
    .AddController<Greeting, GreetingReconciler>(o => o.Owns(new GroupVersionKind("", "v1", "ConfigMap")));
await builder.Build().RunAsync();

[CustomResource("example.com", "v1")]
internal sealed record Greeting(ObjectMeta Metadata, GreetingSpec Spec, GreetingStatus? Status = null);

internal sealed record GreetingSpec(string Name);

internal sealed record GreetingStatus(string Said);

// Generated at build time: a native program has nothing that could look at types while it runs.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Greeting))]
internal sealed partial class GreetingJson : JsonSerializerContext;

internal sealed class GreetingReconciler : IReconciler<Greeting>
{
    public ValueTask<Description> ReconcileAsync(Greeting greeting, ReconcileContext context, CancellationToken cancellationToken)
    {
        var text = $"Ahoi, {greeting.Spec.Name}!";
        return new Description()
            .Add(new JsonMap
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonMap { ["name"] = greeting.Metadata.Name },
                ["data"] = new JsonMap { ["text"] = text },
            })
            .WithStatus(new GreetingStatus(text));
    }
}
// docs: end
