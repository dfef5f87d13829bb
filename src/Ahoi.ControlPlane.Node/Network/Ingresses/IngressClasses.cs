using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>The ingress classes that are this ingress'.</summary>
internal sealed class IngressClasses
{
    /// <summary>The name of the class that is made.</summary>
    public const string Name = "ahoi";

    private const string Controller = "ahoi.dev/ingress";
    private const string DefaultMark = "ingressclass.kubernetes.io/is-default-class";

    private readonly HashSet<string> _names;
    private readonly bool _isDefault;

    private IngressClasses(IReadOnlyList<RawObject> own)
    {
        _names = own.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        _isDefault = own.Any(c => c.Annotations.GetValueOrDefault(DefaultMark) == "true");
    }

    /// <summary>Finds the classes that name this controller.</summary>
    public static IngressClasses Own(IEnumerable<RawObject> classes) =>
        new([.. classes.Where(c => c.ToMap().Map("spec")?.Text("controller") == Controller)]);

    /// <summary>Gets whether Ingresses of a class are served; those of none are where a class of ours is the default.</summary>
    public bool Serves(string? name) => name is null ? _isDefault : _names.Contains(name);

    /// <summary>Makes the class where it is missing; one that is there stays as it is.</summary>
    public static async Task EnsureAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var made = new JsonMap
        {
            ["apiVersion"] = NetworkKinds.IngressClass.ApiVersion,
            ["kind"] = NetworkKinds.IngressClass.Kind,
            ["metadata"] = new JsonMap { ["name"] = Name, ["annotations"] = new JsonMap { [DefaultMark] = "true" } },
            ["spec"] = new JsonMap { ["controller"] = Controller },
        };
        try
        {
            await client.CreateAsync(new("networking.k8s.io", "v1", "ingressclasses"), null, RequestBody.FromMap(made), null, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 409)
        {
            // It is there.
        }
    }
}
