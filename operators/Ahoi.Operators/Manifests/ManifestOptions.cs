namespace Ahoi.Operators.Manifests;

/// <summary>What runs in the cluster, and how.</summary>
public sealed record ManifestOptions
{
    /// <summary>Gets the version that is deployed where nobody says otherwise: this one.</summary>
    public static string Version { get; } = typeof(ManifestOptions).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Gets the name of everything that is made, and the first part of the names of what there is several of.</summary>
    public string Name { get; init; } = "ahoi";

    /// <summary>Gets the namespace that it runs in.</summary>
    public string Namespace { get; init; } = "ahoi-system";

    /// <summary>Gets the image of <c>ahoi-host</c>.</summary>
    public string Image { get; init; } = $"ghcr.io/ahoi-operators/ahoi-host:{Version}";

    /// <summary>Gets how many replicas run. One of them works; the others take over when it is gone.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>Gets the content of the file with what the administrator decides (<see cref="OperatorSettings"/>), or
    /// <see langword="null"/> where everything keeps its default.</summary>
    public string? Config { get; init; }

    /// <summary>Gets which operators run.</summary>
    /// <value>The default is all.</value>
    public IReadOnlyList<string> Operators { get; init; } = OperatorSet.Known;
}
