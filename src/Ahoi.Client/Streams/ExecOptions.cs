namespace Ahoi.Client.Streams;

/// <summary>What is run in a container, or attached to there, and which of its streams are wanted.</summary>
public sealed record ExecOptions
{
    /// <summary>Gets the container; may be missing where the pod has but one.</summary>
    public string? Container { get; init; }

    /// <summary>Gets the program and its arguments; nothing to attach to what runs already.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Gets whether to send standard input.</summary>
    public bool StandardInput { get; init; }

    /// <summary>Gets whether to receive standard output.</summary>
    /// <value>The default is true.</value>
    public bool StandardOutput { get; init; } = true;

    /// <summary>Gets whether to receive standard error; with a terminal it comes as output.</summary>
    /// <value>The default is true.</value>
    public bool StandardError { get; init; } = true;

    /// <summary>Gets whether the program gets a terminal.</summary>
    public bool Terminal { get; init; }
}
