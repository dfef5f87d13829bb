using System.Net;
using System.Net.Security;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Network.Services;
using Ahoi.Framework.Controllers;
using Ahoi.Framework.Events;

namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>Makes the ingress serve what the Ingresses of its class say. Like <see cref="ServiceController"/> it looks at all
/// of them at once.</summary>
internal sealed class IngressController(IngressTable table, SslStreamCertificateContext ownCertificate, IReadOnlyList<Uri> urls, CoreEvents events)
{
    /// <summary>Who its events are from.</summary>
    public const string Component = "ahoi-ingress";

    private readonly ParsedObjects<IngressView> _ingresses = new(IngressView.Read);
    private readonly ParsedObjects<ServiceView> _services = new(ServiceView.Read);
    private readonly ParsedObjects<IngressCertificate> _secrets = new(IngressCertificate.Read);
    private readonly JsonList _addresses = AddressesOf(urls);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<(string Uid, string Reason, string Message)> _reported = [];

    /// <summary>Gets a task that ends when what there was at the start is served.</summary>
    public Task Begun => _begun.Task;

    public async ValueTask<Description> ReconcileAsync(JsonMap value, ReconcileContext context, CancellationToken cancellationToken)
    {
        var classes = await context.ListAsync(NetworkKinds.IngressClass, cancellationToken).ConfigureAwait(false);
        var all = _ingresses.Read(await context.ListAsync(NetworkKinds.Ingress, cancellationToken).ConfigureAwait(false));
        var services = _services.Read(await context.ListAsync(NetworkKinds.Service, cancellationToken).ConfigureAwait(false)).ToDictionary(s => s.Key);
        var own = IngressClasses.Own(classes);
        IngressView[] ours =
        [
            .. all.Where(i => own.Serves(i.Class)).OrderBy(i => i.Raw.CreationTimestamp)
                .ThenBy(i => i.Raw.Namespace, StringComparer.Ordinal).ThenBy(i => i.Raw.Name, StringComparer.Ordinal),
        ];
        var secrets = await SecretsAsync(ours, context, cancellationToken).ConfigureAwait(false);
        table.Certificates = IngressCertificates.Choose(
            ours, (ingress, secret) => secrets.GetValueOrDefault(new(ingress.Raw.Namespace, secret))?.Context, ownCertificate);
        table.Routes = new(ours);
        _begun.TrySetResult();
        await ReportAsync(ours.SelectMany(i => Faults(i, services, secrets).Select(f => (i.Raw, f.Reason, f.Message))), context, cancellationToken).ConfigureAwait(false);
        foreach (var ingress in all)
        {
            await WriteAddressesAsync(ingress, ours.Contains(ingress), context, cancellationToken).ConfigureAwait(false);
        }

        return Description.KeepingChildren().WithoutReadyCondition();
    }

    private async Task<Dictionary<ObjectKey, IngressCertificate>> SecretsAsync(IEnumerable<IngressView> ingresses, ReconcileContext context, CancellationToken cancellationToken)
    {
        var found = new List<RawObject>();
        foreach (var key in ingresses.SelectMany(i => i.Tls.Where(t => t.Secret.Length > 0).Select(t => new ObjectKey(i.Raw.Namespace, t.Secret))).Distinct())
        {
            if (await context.FindAsync(NetworkKinds.Secret, key, cancellationToken).ConfigureAwait(false) is { } secret)
            {
                found.Add(secret);
            }
        }

        return _secrets.Read(found).ToDictionary(s => s.Key);
    }

    private static IEnumerable<(string Reason, string Message)> Faults(
        IngressView ingress, Dictionary<ObjectKey, ServiceView> services, Dictionary<ObjectKey, IngressCertificate> secrets)
    {
        foreach (var backend in ingress.Backends)
        {
            if (backend.Service is not { } key)
            {
                yield return ("BackendNotSupported", "A backend is no Service; requests for it are answered with 503.");
            }
            else if (!services.TryGetValue(key, out var service))
            {
                yield return ("ServiceNotFound", $"There is no Service {key.Name}; requests for it are answered with 503.");
            }
            else if (service.ExternalName is not null)
            {
                yield return ("BackendNotSupported", $"The Service {key.Name} is an ExternalName; requests for it are answered with 503.");
            }
            else if (IngressForwarder.PortOf(service, backend) is not { } port)
            {
                yield return ("PortNotFound", $"The Service {key.Name} has no TCP port {backend.Port}; requests for it are answered with 503.");
            }
            else if (port.Application is "https" or "kubernetes.io/wss")
            {
                yield return ("BackendNotSupported", $"Port {backend.Port} of the Service {key.Name} wants TLS; requests are passed on without.");
            }
        }

        foreach (var name in ingress.Tls.Select(t => t.Secret).Where(s => s.Length > 0).Distinct())
        {
            if (!secrets.TryGetValue(new(ingress.Raw.Namespace, name), out var secret))
            {
                yield return ("SecretNotFound", $"There is no Secret {name}; its hosts get a certificate that nobody trusts.");
            }
            else if (secret.Fault is { } fault)
            {
                yield return ("CertificateUnusable", $"The Secret {name} is of no use: {fault}.");
            }
        }
    }

    /// <summary>Reports what was not wrong before.</summary>
    private async Task ReportAsync(IEnumerable<(RawObject Raw, string Reason, string Message)> faults, ReconcileContext context, CancellationToken cancellationToken)
    {
        var now = new HashSet<(string Uid, string Reason, string Message)>();
        foreach (var (raw, reason, message) in faults)
        {
            if (now.Add((raw.Uid, reason, message)) && !_reported.Contains((raw.Uid, reason, message)))
            {
                await events.RecordAsync(context.Client, InvolvedObject.Of(raw), Component, new(EventType.Warning, reason, message), cancellationToken).ConfigureAwait(false);
            }
        }

        _reported = now;
    }

    private async Task WriteAddressesAsync(IngressView ingress, bool isOurs, ReconcileContext context, CancellationToken cancellationToken)
    {
        var written = JsonTree.Equals(ingress.Addresses, _addresses);
        if (ingress.Raw.IsBeingDeleted || written == isOurs)
        {
            return;
        }

        try
        {
            var addresses = isOurs ? _addresses.DeepClone() : null;
            await context.Writes.PatchAsync(
                ingress.Raw, new() { ["status"] = new JsonMap { ["loadBalancer"] = new JsonMap { ["ingress"] = addresses } } }, cancellationToken, "status").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // It is gone, and with it whoever would read its status.
        }
    }

    private static JsonList AddressesOf(IReadOnlyList<Uri> urls)
    {
        var ports = new JsonList(urls.Select(u => new JsonMap { ["port"] = (long)u.Port, ["protocol"] = "TCP" }));
        var address = urls.Select(u => IPAddress.TryParse(u.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Loopback).FirstOrDefault(IPAddress.Loopback);
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            address = IPAddress.Loopback;
        }

        var entry = new JsonMap { ["ip"] = address.ToString() };
        if (IPAddress.IsLoopback(address))
        {
            entry["hostname"] = "localhost";
        }

        entry["ports"] = ports;
        return [entry];
    }
}
