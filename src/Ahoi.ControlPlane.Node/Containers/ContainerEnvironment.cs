using System.Globalization;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.Node.Pods;

namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>Makes a container's variables: the image's, the services', those from ConfigMaps and Secrets, its own, the later
/// over the earlier.</summary>
internal sealed class ContainerEnvironment(PodFacts facts, PodSources sources)
{
    private const string Fault = "CreateContainerConfigError";

    /// <summary>Makes a container's variables.</summary>
    /// <param name="container">The container.</param>
    /// <param name="image">The image's variables, as <c>NAME=value</c>.</param>
    /// <param name="hostName">The pod's host name.</param>
    /// <param name="home">The home folder of the container's user.</param>
    /// <exception cref="ContainerFaultException">Something that a variable comes from is not there.</exception>
    public Dictionary<string, string> Of(JsonMap container, IReadOnlyList<string> image, string hostName, string home)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = home,
        };
        foreach (var variable in image)
        {
            var at = variable.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                variables[variable[..at]] = variable[(at + 1)..];
            }
        }

        variables["HOSTNAME"] = hostName;
        if (container.Flag("tty") == true)
        {
            variables["TERM"] = "xterm";
        }

        AddServices(variables);
        foreach (var from in container.List("envFrom")?.Maps ?? [])
        {
            AddAll(variables, from);
        }

        foreach (var variable in container.List("env")?.Maps ?? [])
        {
            var name = variable.Text("name") ?? "";
            if (variable.Map("valueFrom") is not { } from)
            {
                variables[name] = VariableExpansion.Expand(variable.Text("value") ?? "", variables);
            }
            else if (Value(from, container) is { } value)
            {
                variables[name] = value;
            }
        }

        return variables;
    }

    private void AddServices(Dictionary<string, string> variables)
    {
        var services = facts.Spec.Flag("enableServiceLinks") == false ? [] : sources.Services;
        foreach (var service in (sources.ApiServer is { } kubernetes ? services.Prepend(kubernetes) : services).Select(s => s.ToMap()))
        {
            var address = service.Map("spec")?.Text("clusterIP");
            var ports = (service.Map("spec")?.List("ports")?.Maps ?? []).ToList();
            if (address is null or "" or "None" || ports.Count == 0)
            {
                continue;
            }

            var prefix = ((string)service.At("metadata", "name")!).ToUpperInvariant().Replace('-', '_'); // The API requires it.
            variables[prefix + "_SERVICE_HOST"] = address;
            variables[prefix + "_SERVICE_PORT"] = Number(ports[0]);
            foreach (var port in ports.Where(p => p.Text("name") is { Length: > 0 }))
            {
                variables[$"{prefix}_SERVICE_PORT_{port.Text("name")!.ToUpperInvariant().Replace('-', '_')}"] = Number(port);
            }

            var first = true;
            foreach (var port in ports)
            {
                var protocol = port.Text("protocol") ?? "TCP";
                var url = $"{protocol.ToLowerInvariant()}://{address}:{Number(port)}";
                if (first)
                {
                    variables[prefix + "_PORT"] = url;
                    first = false;
                }

                var port1 = $"{prefix}_PORT_{Number(port)}_{protocol.ToUpperInvariant()}";
                variables[port1] = url;
                variables[port1 + "_PROTO"] = protocol.ToLowerInvariant();
                variables[port1 + "_PORT"] = Number(port);
                variables[port1 + "_ADDR"] = address;
            }
        }
    }

    private static string Number(JsonMap port) => (port.Integer("port") ?? 0).ToString(CultureInfo.InvariantCulture);

    private void AddAll(Dictionary<string, string> variables, JsonMap from)
    {
        var prefix = from.Text("prefix") ?? "";
        if (from.Map("configMapRef") is { } map)
        {
            foreach (var (name, value) in Needed("configmap", map, sources.ConfigMap(map.Text("name") ?? ""))?.Map("data") ?? [])
            {
                variables[prefix + name] = (string?)value ?? "";
            }
        }
        else if (from.Map("secretRef") is { } secret)
        {
            foreach (var (name, value) in Needed("secret", secret, sources.Secret(secret.Text("name") ?? ""))?.Map("data") ?? [])
            {
                variables[prefix + name] = Decode((string?)value ?? "");
            }
        }
    }

    private string? Value(JsonMap from, JsonMap container)
    {
        try
        {
            if (from.Map("fieldRef") is { } field)
            {
                return facts.Field(field.Text("fieldPath") ?? "");
            }

            if (from.Map("resourceFieldRef") is { } resource)
            {
                return facts.Resource(resource, resource.Text("containerName") is { Length: > 0 } ? null : container);
            }
        }
        catch (FormatException exception)
        {
            throw new ContainerFaultException(Fault, exception.Message);
        }

        if (from.Map("configMapKeyRef") is { } map)
        {
            var found = Needed("configmap", map, sources.ConfigMap(map.Text("name") ?? ""));
            return Key(found?.Map("data")?.Text(map.Text("key") ?? ""), "ConfigMap", map);
        }

        if (from.Map("secretKeyRef") is { } secret)
        {
            var found = Needed("secret", secret, sources.Secret(secret.Text("name") ?? ""));
            return Key(found?.Map("data")?.Text(secret.Text("key") ?? "") is { } encoded ? Decode(encoded) : null, "Secret", secret);
        }

        throw new ContainerFaultException(Fault, "the variable's source is not supported by this node");
    }

    private string? Key(string? value, string kind, JsonMap reference) => value is not null || reference.Flag("optional") == true
        ? value
        : throw new ContainerFaultException(Fault, $"couldn't find key {reference.Text("key")} in {kind} {facts.Namespace}/{reference.Text("name")}");

    private static JsonMap? Needed(string kind, JsonMap reference, JsonMap? found) => found is not null || reference.Flag("optional") == true
        ? found
        : throw new ContainerFaultException(Fault, $"{kind} \"{reference.Text("name")}\" not found");

    private static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
}
