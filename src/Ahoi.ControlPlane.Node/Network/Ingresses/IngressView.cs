using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>What the network needs to know of an Ingress.</summary>
internal sealed record IngressView
{
    public required RawObject Raw { get; init; }

    /// <summary>Gets the class, as the spec or the older annotation names it; <see langword="null"/> for none.</summary>
    public string? Class { get; private init; }

    public IngressBackend? Default { get; private init; }

    public IReadOnlyList<IngressPath> Paths { get; private init; } = [];

    public IReadOnlyList<IngressTls> Tls { get; private init; } = [];

    /// <summary>Gets the addresses that its status has.</summary>
    public JsonList Addresses { get; private init; } = [];

    /// <summary>Gets every backend it names.</summary>
    public IEnumerable<IngressBackend> Backends => Paths.Select(p => p.Backend).Append(Default).OfType<IngressBackend>().Distinct();

    public static IngressView Read(RawObject raw)
    {
        var map = raw.ToMap();
        var spec = map.Map("spec") ?? [];
        return new()
        {
            Raw = raw,
            Class = spec.Text("ingressClassName") ?? raw.Annotations.GetValueOrDefault("kubernetes.io/ingress.class"),
            Default = spec.Map("defaultBackend") is { } backend ? IngressBackend.Read(raw.Namespace, backend) : null,
            Paths = [.. (spec.List("rules")?.Maps ?? []).SelectMany(r => Rule(raw.Namespace, r))],
            Tls = [.. (spec.List("tls")?.Maps ?? []).Select(t => new IngressTls(
                [.. (t.List("hosts")?.Texts ?? []).Select(h => h.ToLowerInvariant())], t.Text("secretName") ?? ""))],
            Addresses = map.Map("status")?.Map("loadBalancer")?.List("ingress") ?? [],
        };
    }

    private static IEnumerable<IngressPath> Rule(string? @namespace, JsonMap rule)
    {
        var host = rule.Text("host")?.ToLowerInvariant() ?? "";
        var paths = rule.Map("http")?.List("paths");
        return paths is null
            ? [new(host, "/", false, null)]
            : paths.Maps.Select(p => new IngressPath(
                host,
                p.Text("path") is { Length: > 0 } path ? path : "/",
                p.Text("pathType") == "Exact",
                IngressBackend.Read(@namespace, p.Map("backend") ?? [])));
    }
}
