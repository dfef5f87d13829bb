using System.Globalization;

namespace Ahoi.Pools.Agent;

/// <summary>What the agent is told by its environment.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Address">Its address.</param>
/// <param name="Secret">The Secret with the orders.</param>
/// <param name="Folder">The folder that agent and pgbouncer share, for the configuration and the socket.</param>
/// <param name="Credentials">The folder with what applications log in with.</param>
/// <param name="Port">The port that pgbouncer listens at.</param>
/// <param name="AgentPort">The port that the agent listens at.</param>
/// <param name="EndpointDelay">How long after its readiness is gone a pooler still gets new connections.</param>
/// <param name="Grace">How long the pod may take to stop.</param>
/// <param name="PauseTimeout">How long a transaction may take to end.</param>
internal sealed record AgentOptions(
    string Pod, string Namespace, string Address, string Secret, string Folder, string Credentials, int Port, int AgentPort,
    TimeSpan EndpointDelay, TimeSpan Grace, TimeSpan PauseTimeout)
{
    /// <summary>Gets the place of this pooler among its peers, from 1 on.</summary>
    public int Peer => int.TryParse(Pod.AsSpan(Pod.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal + 1 : 0;

    /// <summary>Gets pgbouncer's socket.</summary>
    public string Socket => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{Port}"));

    /// <summary>Reads the environment.</summary>
    /// <exception cref="FormatException">A variable is missing or wrong; the message names it.</exception>
    public static AgentOptions FromEnvironment() => new(
        Text("POD_NAME"),
        Text("POD_NAMESPACE"),
        Text("POD_IP"),
        Text("POOL_SECRET"),
        Text("POOL_FOLDER"),
        Text("POOL_CREDENTIALS"),
        Number("POOL_PORT"),
        Number("AGENT_PORT"),
        TimeSpan.FromSeconds(Number("ENDPOINT_DELAY")),
        TimeSpan.FromSeconds(Number("GRACE")),
        TimeSpan.FromSeconds(Number("PAUSE_TIMEOUT")));

    private static string Text(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new FormatException($"{name} is not set; the agent is started by the Pools operator, which sets it.");

    private static int Number(string name) => int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"{name} is '{Text(name)}'; it must be a whole number.");
}
