using Ahoi.Client.Connections;
using Ahoi.Framework.Leadership;

namespace Ahoi.Framework.Hosting;

/// <summary>What holds for the whole operator.</summary>
public sealed class AhoiOptions
{
    /// <summary>Gets or sets the operator's name: part of its field managers, the source of its events.</summary>
    /// <value>The default is the application's name.</value>
    public string OperatorName { get; set; } = "";

    /// <summary>Gets or sets where the API server is; <see langword="null"/> looks where kubectl would, and into the pod's
    /// service account.</summary>
    public ApiConnection? Connection { get; set; }

    /// <summary>Gets or sets whether the definitions of the custom resources that have a controller are applied at the
    /// start.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool InstallDefinitions { get; set; }

    /// <summary>Gets or sets how long reconciles that run may take to end when the operator stops.</summary>
    /// <value>The default is 8 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Gets or sets how several replicas agree on which of them reconciles; <see langword="null"/> for a single
    /// replica that always does.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public LeaderElectionOptions? Leadership { get; set; }

    /// <summary>Gets or sets the seed of everything random: delays are spread out with it.</summary>
    public int? Seed { get; set; }
}
