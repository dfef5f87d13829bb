using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Services;

/// <summary>The pods behind a service, and the ports it reaches them at.</summary>
internal static class ServicePods
{
    public const string Headless = "service.kubernetes.io/headless";

    /// <summary>Gets the pods that a service selects and that have an address, in order of name; those that have ended are out.</summary>
    public static async Task<List<(RawObject Raw, JsonMap Pod)>> ListAsync(ReconcileContext context, JsonMap service, CancellationToken cancellationToken)
    {
        var selector = LabelSelector.FromLabels(service.Map("spec")?.Map("selector") ?? []);
        var pods = await context.ListAsync(Kinds.Pod, cancellationToken, context.Raw.Namespace, p => selector.Matches(p.Labels)).ConfigureAwait(false);
        return
        [
            .. pods.OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => (Raw: p, Pod: p.ToMap()))
                .Where(p => !PodState.IsFinished(p.Pod) && Addresses(p.Pod).Count > 0),
        ];
    }

    public static bool Selects(JsonMap service) =>
        service.Map("spec")?.Map("selector") is { Count: > 0 } && service.Map("spec")?.Text("type") != "ExternalName";

    public static bool IsHeadless(JsonMap service) => service.Map("spec")?.Text("clusterIP") == "None";

    public static bool PublishesAll(JsonMap service) => service.Map("spec")?.Flag("publishNotReadyAddresses") == true;

    /// <summary>Gets a pod's addresses of a family.</summary>
    public static string? AddressOf(JsonMap pod, AddressFamily family) =>
        Addresses(pod).FirstOrDefault(a => IPAddress.TryParse(a, out var address) && address.AddressFamily == family);

    /// <summary>Gets the ports of a service as they are on a pod: names of target ports are looked up in its containers, and
    /// a port whose name it does not have is left out.</summary>
    public static JsonList PortsOn(JsonMap service, JsonMap pod, bool withApplication)
    {
        var ports = new JsonList();
        foreach (var port in service.Map("spec")?.List("ports")?.Maps ?? [])
        {
            var protocol = port.Text("protocol") ?? "TCP";
            var number = port["targetPort"] switch
            {
                string name => NumberOf(pod, name, protocol),
                long and not 0 and var target => target,
                _ => port.Integer("port"),
            };
            if (number is null)
            {
                continue;
            }

            var found = new JsonMap { ["name"] = port.Text("name") ?? "", ["port"] = number, ["protocol"] = protocol };
            if (withApplication && port.Text("appProtocol") is { } application)
            {
                found["appProtocol"] = application;
            }

            ports.Add(found);
        }

        return ports;
    }

    /// <summary>Makes the labels of what is made for a service: its own, without those that the controllers set.</summary>
    public static JsonMap LabelsOf(JsonMap service, params ReadOnlySpan<(string Key, string Text)> own)
    {
        var labels = new JsonMap();
        foreach (var (key, text) in service.Map("metadata")?.Map("labels") ?? [])
        {
            if (key != Headless)
            {
                labels[key] = text;
            }
        }

        foreach (var (key, text) in own)
        {
            labels[key] = text;
        }

        if (IsHeadless(service))
        {
            labels[Headless] = "";
        }

        return labels;
    }

    public static JsonMap Target(RawObject pod) => new() { ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid };

    /// <summary>Gets the name that a pod has below a service: pods of stateful sets have one.</summary>
    public static string? HostnameOf(JsonMap service, JsonMap pod) =>
        pod.Map("spec") is { } spec && spec.Text("subdomain") == service.Map("metadata")?.Text("name") && spec.Text("hostname") is { Length: > 0 } name ? name : null;

    private static List<string> Addresses(JsonMap pod)
    {
        var status = pod.Map("status");
        var all = (status?.List("podIPs")?.Maps ?? []).Select(a => a.Text("ip")).OfType<string>().Where(a => a.Length > 0).ToList();
        return all.Count > 0 ? all : status?.Text("podIP") is { Length: > 0 } one ? [one] : [];
    }

    private static long? NumberOf(JsonMap pod, string name, string protocol) =>
        (pod.Map("spec")?.List("containers")?.Maps ?? [])
            .Concat((pod.Map("spec")?.List("initContainers")?.Maps ?? []).Where(c => c.Text("restartPolicy") == "Always"))
            .SelectMany(c => c.List("ports")?.Maps ?? [])
            .FirstOrDefault(p => p.Text("name") == name && (p.Text("protocol") ?? "TCP") == protocol)?.Integer("containerPort");
}
