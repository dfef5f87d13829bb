namespace Ahoi.Pools;

/// <summary>What the operator's administrator decides for all pools.</summary>
public sealed class PoolsOptions
{
    /// <summary>Gets or sets the image of pgbouncer, 1.23 or later.</summary>
    /// <value>The default is <c>pgbouncer:1.24</c>.</value>
    public string PoolImage { get; set; } = "pgbouncer:1.24";

    /// <summary>Gets or sets the command that starts pgbouncer, before the name of its configuration.</summary>
    /// <value>The default is <c>pgbouncer</c>.</value>
    public IReadOnlyList<string> PoolCommand { get; set; } = ["pgbouncer"];

    /// <summary>Gets or sets the image of the agent beside each pgbouncer.</summary>
    /// <value>The default is <c>ahoi-pool-agent:1</c>.</value>
    public string AgentImage { get; set; } = "ahoi-pool-agent:1";

    /// <summary>Gets or sets the agent's command; empty runs what the image says.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> AgentCommand { get; set; } = [];

    /// <summary>Gets or sets the number of the user that pgbouncer and agent both run as: the console lets in its own user
    /// without a password.</summary>
    /// <value>The default is 70.</value>
    public long UserId { get; set; } = 70;
}
