using Ahoi.Api.Json;

namespace Ahoi.Client.Credentials;

/// <summary>A program that prints credentials, as a cloud's command line tools are.</summary>
/// <param name="Command">The program: a path, or a name to look for in the search path.</param>
public sealed record ExecPlugin(string Command)
{
    /// <summary>Gets the version of the contract, as in <c>client.authentication.k8s.io/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Gets the arguments; each arrives as it is, blanks and all.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Gets what to add to the environment.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Gets what to tell people who do not have the program.</summary>
    public string? InstallHint { get; init; }

    /// <summary>Gets what to tell the program of the cluster, or <see langword="null"/> for nothing.</summary>
    public JsonMap? ClusterInfo { get; init; }

    /// <summary>Gets how long the program may take.</summary>
    /// <value>The default is 1 minute.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}
