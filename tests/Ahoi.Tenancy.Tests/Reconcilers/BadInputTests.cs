using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;
using Ahoi.Testing;

namespace Ahoi.Tenancy.Tests.Reconcilers;

/// <summary>What the API server itself refuses, with no operator asked: the definitions say it.</summary>
public sealed class BadInputTests(BadInputTests.Definitions definitions) : IClassFixture<BadInputTests.Definitions>
{
    private static readonly Dictionary<string, string> Good = new()
    {
        ["customers"] = """{"namespace":{"name":"shop"},"quota":{"storage":"600gb"},"features":{"database":{"enabled":true,"storage":"256gb","storageClassName":"fast"},"scheduler":{"enabled":true,"workers":4}}}""",
        ["databases"] = """{"storage":"256gb","storageClassName":"fast","customerRef":{"name":"acme","uid":"1"}}""",
        ["schedulers"] = """{"workers":4,"customerRef":{"name":"acme","uid":"1"}}""",
        ["webhooks"] = """{"customerRef":{"name":"acme","uid":"1"}}""",
    };

    private static int _count;

    [Theory]
    [InlineData("customers", """{"features":{"database":{"enabled":true}}}""", "spec.features.database", "storage is required")]
    [InlineData("customers", """{"features":{"database":{"enabled":true,"storage":"256"}}}""", "spec.features.database.storage", "")]
    [InlineData("customers", """{"features":{"database":{"enabled":true,"storage":"1gb","maxConnections":19}}}""", "spec.features.database.maxConnections", "20")]
    [InlineData("customers", """{"features":{"database":{"enabled":true,"storage":"1gb","instances":0}}}""", "spec.features.database.instances", "1")]
    [InlineData("customers", """{"features":{"database":{"enabled":true,"storage":"1gb","onDisable":"Keep"}}}""", "spec.features.database.onDisable", "Retain")]
    [InlineData("customers", """{"features":{"database":{"enabled":false,"onDisable":"Delete"}}}""", "spec.features.database.confirmDataLoss", "to the Customer's name")]
    [InlineData("customers", """{"features":{"connectionPool":{"enabled":true}}}""", "spec.features", "connectionPool needs the database")]
    [InlineData("customers", """{"features":{"connectionPool":{"enabled":false,"replicas":0}}}""", "spec.features.connectionPool.replicas", "1")]
    [InlineData("customers", """{"features":{"scheduler":{"enabled":true,"workers":-1}}}""", "spec.features.scheduler.workers", "0")]
    [InlineData("customers", """{"features":{"scheduler":{"enabled":true,"onDisable":"Kill"}}}""", "spec.features.scheduler.onDisable", "Drain")]
    [InlineData("customers", """{"features":{"webhooks":{"enabled":true,"replicas":17}}}""", "spec.features.webhooks.replicas", "16")]
    [InlineData("customers", """{"namespace":{"name":"Not_One"}}""", "spec.namespace.name", "")]
    [InlineData("customers", """{"deletion":{"policy":"Forget"}}""", "spec.deletion.policy", "Retain")]
    [InlineData("customers", """{"deletion":{"finalBackup":"Maybe"}}""", "spec.deletion.finalBackup", "Required")]
    [InlineData("customers", """{"quota":{"memory":"much"}}""", "spec.quota.memory", "must be a quantity")]
    [InlineData("customers", """{"quota":{"cpu":"-8"}}""", "spec.quota.cpu", "must be a quantity of at least 0")]
    [InlineData("customers", """{"quota":{"storage":"5x"}}""", "spec.quota.storage", "")]
    [InlineData("customers", """{"quota":{"storage":"100gb"},"features":{"database":{"enabled":true,"storage":"256gb"}}}""", "spec", "quota.storage is smaller than features.database.storage")]
    [InlineData("databases", "{}", "spec.storage", "Required")]
    [InlineData("databases", """{"storage":"256mb"}""", "spec.storage", "")]
    [InlineData("databases", """{"storage":"1gb","instances":2}""", "spec", "instances above 1 need a provider that replicates")]
    [InlineData("databases", """{"storage":"1gb","provider":"Server"}""", "spec", "serverName is required")]
    [InlineData("databases", """{"storage":"1gb","serverName":"shared"}""", "spec", "serverName is for provider Server alone")]
    [InlineData("databases", """{"storage":"1gb","provider":"Oracle"}""", "spec.provider", "Dedicated")]
    [InlineData("databases", """{"storage":"1gb","maxConnections":10001}""", "spec.maxConnections", "10000")]
    [InlineData("schedulers", """{"workers":65}""", "spec.workers", "64")]
    [InlineData("schedulers", "{}", "spec.workers", "Required")]
    [InlineData("webhooks", """{"replicas":17}""", "spec.replicas", "16")]
    public async Task Create_OfWhatCannotBe_IsRefusedNamingTheField(string resource, string spec, string field, string message) =>
        Refused(await Assert.ThrowsAsync<ApiException>(() => CreateAsync(resource, spec)), field, message);

    [Theory]
    [InlineData("customers")]
    [InlineData("databases")]
    [InlineData("schedulers")]
    [InlineData("webhooks")]
    public async Task Create_WithANameTooLongToMakeOthersFrom_IsRefused(string resource)
    {
        await CreateAsync(resource, Good[resource], new('a', 50));

        var exception = await Assert.ThrowsAsync<ApiException>(() => CreateAsync(resource, Good[resource], new('a', 51)));

        Assert.Contains("at most 50 characters", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("customers", """{"features":null}""", "spec", "features cannot be taken out again")]
    [InlineData("customers", """{"features":{"database":null}}""", "spec.features", "set enabled: false")]
    [InlineData("customers", """{"features":{"database":{"enabled":false,"storage":null}}}""", "spec.features.database", "storage cannot be taken out again")]
    [InlineData("customers", """{"features":{"database":{"storage":"255gb"}}}""", "spec.features.database.storage", "may grow but not shrink")]
    [InlineData("customers", """{"features":{"database":{"storageClassName":"slow"}}}""", "spec.features.database.storageClassName", "storageClassName cannot be changed")]
    [InlineData("customers", """{"features":{"database":{"storageClassName":null}}}""", "spec.features.database", "decided with the database")]
    [InlineData("customers", """{"features":{"database":{"storage":"1tb"}}}""", "spec", "quota.storage is smaller than features.database.storage")]
    [InlineData("customers", """{"namespace":{"name":"other"}}""", "spec.namespace.name", "name cannot be changed")]
    [InlineData("customers", """{"namespace":null}""", "spec", "decided when the Customer is created")]
    [InlineData("customers", """{"features":{"database":{"enabled":false,"onDisable":"Delete","confirmDataLoss":"other"}}}""", "spec.features.database.confirmDataLoss", "set spec.features.database.confirmDataLoss to the Customer's name")]
    [InlineData("databases", """{"storage":"255gb"}""", "spec.storage", "may grow but not shrink")]
    [InlineData("databases", """{"provider":"CloudNativePG"}""", "spec.provider", "provider cannot be changed")]
    [InlineData("databases", """{"storageClassName":null}""", "spec", "decided with the database")]
    [InlineData("databases", """{"customerRef":{"uid":"2"}}""", "spec.customerRef", "customerRef cannot be changed")]
    [InlineData("databases", """{"customerRef":null}""", "spec", "customerRef is decided")]
    [InlineData("schedulers", """{"customerRef":{"uid":"2"}}""", "spec.customerRef", "customerRef cannot be changed")]
    [InlineData("schedulers", """{"customerRef":null}""", "spec", "customerRef is decided")]
    [InlineData("webhooks", """{"customerRef":{"uid":"2"}}""", "spec.customerRef", "customerRef cannot be changed")]
    [InlineData("webhooks", """{"customerRef":null}""", "spec", "customerRef is decided")]
    public async Task Change_OfWhatIsDecided_IsRefusedNamingTheField(string resource, string spec, string field, string message)
    {
        var made = await CreateAsync(resource, Good[resource]);

        Refused(await Assert.ThrowsAsync<ApiException>(() => ChangeAsync(resource, made, spec)), field, message);
    }

    [Theory]
    [InlineData("256gb", "256GiB", true)]
    [InlineData("256Gi", "256gb", false)]
    [InlineData("999gb", "1tb", true)]
    [InlineData("1Ti", "1T", false)]
    [InlineData("256G", "256gb", true)]
    public async Task Storage_IsComparedByBytesAndNotByLetters(string before, string after, bool isAllowed)
    {
        foreach (var (resource, spec) in new[] { ("customers", """{"features":{"database":{"enabled":true,"storage":"SIZE"}}}"""), ("databases", """{"storage":"SIZE"}""") })
        {
            var made = await CreateAsync(resource, spec.Replace("SIZE", before, StringComparison.Ordinal));
            var change = ChangeAsync(resource, made, spec.Replace("SIZE", after, StringComparison.Ordinal));
            if (isAllowed)
            {
                await change;
            }
            else
            {
                Assert.Contains("256Gi is more than 256gb", (await Assert.ThrowsAsync<ApiException>(() => change)).Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Each fault is at the field, and says more than that it is one.</summary>
    private static void Refused(ApiException exception, string field, string message)
    {
        Assert.Equal(422, exception.Code);
        Assert.Contains(exception.Status.Details!.Causes, cause => cause.Field == field && cause.Message.Contains(message, StringComparison.Ordinal));
    }

    private Task<RawObject> CreateAsync(string resource, string spec, string? name = null) => definitions.Client.CreateAsync(Of(resource), Namespace(resource), new JsonMap
    {
        ["apiVersion"] = "internal.example.com/v1",
        ["kind"] = resource switch { "customers" => "Customer", "databases" => "Database", "schedulers" => "Scheduler", _ => "Webhooks" },
        ["metadata"] = new JsonMap { ["name"] = name ?? $"acme-{Interlocked.Increment(ref _count)}" },
        ["spec"] = JsonTree.ParseMap(spec),
    });

    private Task<RawObject> ChangeAsync(string resource, RawObject made, string spec) =>
        definitions.Client.PatchAsync(Of(resource), made.Key, Patch.Merge(new JsonMap { ["spec"] = JsonTree.ParseMap(spec) }));

    private static GroupVersionResource Of(string resource) => new("internal.example.com", "v1", resource);

    private static string? Namespace(string resource) => resource == "customers" ? null : "default";

    /// <summary>One cluster for all: what is refused leaves nothing.</summary>
    public sealed class Definitions : IAsyncLifetime
    {
        private TestCluster _cluster = null!;

        internal ApiClient Client => _cluster.Client;

        public async ValueTask InitializeAsync()
        {
            _cluster = await TestCluster.StartAsync();
            await TestCluster.StopAsync(await _cluster.RunOperatorAsync(ahoi => ahoi.AddTenancy(), "tenancy"));
        }

        public ValueTask DisposeAsync() => _cluster.DisposeAsync();
    }
}
