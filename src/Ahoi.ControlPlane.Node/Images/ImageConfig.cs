namespace Ahoi.ControlPlane.Node.Images;

/// <summary>What an image says about how it is run, as the OCI image specification's <c>config</c> does.</summary>
public sealed record ImageConfig
{
    /// <summary>Gets the program and its first arguments, where a container names no <c>command</c>.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Gets the arguments after the entrypoint, where a container names neither <c>command</c> nor <c>args</c>.</summary>
    public IReadOnlyList<string> Cmd { get; init; } = [];

    /// <summary>Gets environment variables as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    /// <summary>Gets the working directory.</summary>
    /// <value>The default is the root.</value>
    public string WorkingDir { get; init; } = "/";

    /// <summary>Gets the user, as <c>UID</c>, <c>UID:GID</c> or a name of the image's <c>/etc/passwd</c>; empty for root.</summary>
    public string User { get; init; } = "";

    /// <summary>Gets the signal that asks the program to end.</summary>
    /// <value>The default is <c>SIGTERM</c>.</value>
    public string StopSignal { get; init; } = "SIGTERM";
}
