using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.Framework.Access;
using Ahoi.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Ahoi.Operators.Manifests;

/// <summary>What one operator needs of a cluster, as it says itself.</summary>
/// <param name="Name">The operator's name.</param>
/// <param name="Definitions">The definitions of its kinds.</param>
/// <param name="Objects">What it needs besides: admission policies, for example.</param>
/// <param name="Rules">What it has to be allowed.</param>
internal sealed record OperatorNeeds(string Name, IReadOnlyList<JsonMap> Definitions, IReadOnlyList<JsonMap> Objects, IReadOnlyList<AccessRule> Rules)
{
    /// <summary>Asks an operator that is built and not started; no cluster is contacted.</summary>
    public static OperatorNeeds Of(string name)
    {
        var nowhere = ApiConnection.FromToken(new("https://kubernetes.default.svc/"), "none");
        using var host = OperatorSet.Build(
            nowhere,
            [name],
            services => services.AddLogging(),
            options => options.InstallDefinitions = false); // The manifests bring the definitions along, so that the operator needs no leave to write them.
        var asked = host.Services.GetRequiredService<Operator>();
        return new(name, asked.CreateDefinitions(), [.. asked.Manifests.Select(m => m.Value)], asked.AccessRules);
    }
}
