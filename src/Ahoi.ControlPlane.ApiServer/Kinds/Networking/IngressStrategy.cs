using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Networking;

/// <summary>Ingresses.</summary>
internal sealed class IngressStrategy : KindStrategy
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";
    private static readonly string[] BadSequences = ["//", "/./", "/../", "%2f", "%2F"];

    public IngressStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
    }

    /// <inheritdoc/>
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        var annotation = root["metadata"]["annotations"].Key(ClassAnnotation).As("annotations." + ClassAnnotation);
        if (annotation.Has && root["spec"]["ingressClassName"].Has && annotation.Text != root["spec"]["ingressClassName"].Text)
        {
            annotation.Invalid("must match `ingressClassName` when both are specified");
        }

        base.ValidateCreate(value, errors);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value)
    {
        if (value.At("metadata", "annotations", ClassAnnotation) is string)
        {
            yield return $"annotation \"{ClassAnnotation}\" is deprecated, please use 'spec.ingressClassName' instead";
        }
    }

    /// <inheritdoc/>
    protected override JsonMap InitialStatus(JsonMap value) => new() { ["loadBalancer"] = new JsonMap() };

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var spec = Field.Root(value, errors)["spec"];
        if (spec["rules"].Count == 0 && !spec["defaultBackend"].Has)
        {
            spec.Invalid("either `defaultBackend` or `rules` must be specified");
        }

        if (spec["defaultBackend"].Has)
        {
            Backend(spec["defaultBackend"]);
        }

        foreach (var rule in spec["rules"].Items)
        {
            Host(rule["host"]);
            if (rule["http"].Has)
            {
                rule["http"]["paths"].MustExist();
                foreach (var path in rule["http"]["paths"].Items)
                {
                    Path(path);
                }
            }
        }

        foreach (var tls in spec["tls"].Items)
        {
            foreach (var host in tls["hosts"].Items)
            {
                host.Must(host.Text.Contains('*', StringComparison.Ordinal) ? Names.WildcardSubdomain : Names.Subdomain);
            }

            tls["secretName"].MustIfSet(Names.Subdomain);
        }

        if (spec["ingressClassName"].Has)
        {
            spec["ingressClassName"].Must(Names.Subdomain);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
        foreach (var ingress in Field.Root(value, errors)["status"]["loadBalancer"]["ingress"].Items)
        {
            if (ingress["ip"].Text.Length > 0)
            {
                ingress["ip"].Ip();
            }

            if (ingress["hostname"].Text.Length > 0)
            {
                Host(ingress["hostname"]);
            }
        }
    }

    private static void Host(Field host)
    {
        if (host.Text.Length == 0)
        {
            return;
        }

        if (Addresses.IsIp(host.Text))
        {
            host.Invalid("must be a DNS name, not an IP address");
        }

        host.Must(host.Text.Contains('*', StringComparison.Ordinal) ? Names.WildcardSubdomain : Names.Subdomain);
    }

    private static void Path(Field item)
    {
        var (path, type) = (item["path"], item["pathType"]);
        if (!type.Has)
        {
            type.Required("pathType must be specified");
            return;
        }

        switch (type.Text)
        {
            case "Exact" or "Prefix":
                Absolute(path);
                foreach (var bad in BadSequences.Where(b => path.Text.Contains(b, StringComparison.Ordinal)))
                {
                    path.Invalid($"must not contain '{bad}'");
                }

                foreach (var bad in (ReadOnlySpan<string>)["/..", "/."])
                {
                    if (path.Text.EndsWith(bad, StringComparison.Ordinal))
                    {
                        path.Invalid($"cannot end with '{bad}'");
                    }
                }

                break;
            case "ImplementationSpecific":
                if (path.Text.Length > 0)
                {
                    Absolute(path);
                }

                break;
            default:
                type.NotSupported("Exact", "ImplementationSpecific", "Prefix");
                break;
        }

        Backend(item["backend"]);
    }

    private static void Absolute(Field path)
    {
        if (!path.Text.StartsWith('/'))
        {
            path.Invalid("must be an absolute path");
        }
    }

    private static void Backend(Field backend)
    {
        var (service, resource) = (backend["service"], backend["resource"]);
        if (service.Has && resource.Has)
        {
            backend.Invalid("cannot set both resource and service backends");
        }
        else if (resource.Has)
        {
            if (resource["apiGroup"].Has)
            {
                resource["apiGroup"].Must(Names.Subdomain);
            }

            resource["kind"].RequiredAnd(Names.PathSegment);
            resource["name"].RequiredAnd(Names.PathSegment);
        }
        else if (service.Has)
        {
            service["name"].RequiredAnd(Names.ServiceLabel);
            var (name, number) = (service["port"]["name"], service["port"]["number"]);
            if (!name.IsEmpty && number.Integer != 0)
            {
                backend.Invalid("cannot set both port name & port number");
            }
            else if (!name.IsEmpty)
            {
                name.Must(Names.Port);
            }
            else if (number.Integer != 0)
            {
                number.Port();
            }
            else
            {
                backend.Required("port name or number is required");
            }
        }
        else
        {
            backend.Invalid("resource or service backend is required");
        }
    }
}
