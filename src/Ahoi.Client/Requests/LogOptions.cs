namespace Ahoi.Client.Requests;

/// <summary>Which of a container's output is read.</summary>
public sealed record LogOptions
{
    /// <summary>Gets the container; may be missing where the pod has but one.</summary>
    public string? Container { get; init; }

    /// <summary>Gets whether to go on with what is written later.</summary>
    public bool Follow { get; init; }

    /// <summary>Gets whether to read the output of the container's last run.</summary>
    public bool Previous { get; init; }

    /// <summary>Gets whether each line begins with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Gets with how many of the last lines to begin.</summary>
    public long? TailLines { get; init; }

    /// <summary>Gets how far back to begin.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>Gets from when on to begin.</summary>
    public DateTimeOffset? SinceTime { get; init; }

    /// <summary>Gets after how many bytes to end.</summary>
    public long? LimitBytes { get; init; }
}
