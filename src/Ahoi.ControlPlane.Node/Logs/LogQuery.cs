namespace Ahoi.ControlPlane.Node.Logs;

/// <summary>Which part of a log somebody wants, as PodLogOptions says it.</summary>
internal sealed record LogQuery
{
    public bool Follow { get; init; }

    public bool Timestamps { get; init; }

    public long? TailLines { get; init; }

    public DateTimeOffset? Since { get; init; }

    public long? LimitBytes { get; init; }
}
