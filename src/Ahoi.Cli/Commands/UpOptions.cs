using System.Net;
using Ahoi.Framework.Observability;

namespace Ahoi.Cli.Commands;

/// <summary>What <c>ahoi up</c> was asked for.</summary>
internal sealed record UpOptions
{
    public required IPEndPoint Listen { get; init; }

    public bool Http { get; init; }

    public string? DataFolder { get; init; }

    public bool Ephemeral { get; init; }

    public string? KubeconfigFile { get; init; }

    public bool Merge { get; init; }

    public IReadOnlyList<string> Components { get; init; } = [];

    public int Nodes { get; init; } = 1;

    public string? ImageFolder { get; init; }

    public IPEndPoint IngressHttp { get; init; } = new(IPAddress.Loopback, 0);

    public IPEndPoint IngressHttps { get; init; } = new(IPAddress.Loopback, 0);

    public IReadOnlyList<string> HostPaths { get; init; } = [];

    public IReadOnlyList<string> Operators { get; init; } = [];

    public string? TokenAuthFile { get; init; }

    public bool Demo { get; init; }

    public IPEndPoint? Dashboard { get; init; } = new(IPAddress.Loopback, 0);

    public string? ReadyFile { get; init; }

    public Action<ObservabilityOptions>? Observe { get; init; }
}
