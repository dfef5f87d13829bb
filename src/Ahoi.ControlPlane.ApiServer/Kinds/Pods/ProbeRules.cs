using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Probes and lifecycle hooks.</summary>
internal static class ProbeRules
{
    /// <summary>Refuses bad probes and hooks of a container that keeps running.</summary>
    public static void Lifecycle(this Field container, long? grace)
    {
        var lifecycle = container["lifecycle"];
        lifecycle["postStart"].Hook(grace);
        lifecycle["preStop"].Hook(grace);
        Once(container["livenessProbe"]);
        var readiness = container["readinessProbe"];
        Probe(readiness);
        if (readiness["terminationGracePeriodSeconds"].Has)
        {
            readiness["terminationGracePeriodSeconds"].Invalid("must not be set for readiness probes");
        }

        Once(container["startupProbe"]);
    }

    private static void Once(Field probe)
    {
        Probe(probe);
        if (probe.Has && probe["successThreshold"].Integer != 1)
        {
            probe["successThreshold"].Invalid("must be 1");
        }
    }

    private static void Probe(Field probe)
    {
        if (!probe.Has)
        {
            return;
        }

        probe.Handler(null);
        probe["initialDelaySeconds"].NonNegative();
        probe["timeoutSeconds"].NonNegative();
        probe["periodSeconds"].NonNegative();
        probe["successThreshold"].NonNegative();
        probe["failureThreshold"].NonNegative();
        probe["terminationGracePeriodSeconds"].PositiveIfSet();
    }

    private static void Hook(this Field hook, long? grace)
    {
        if (hook.Has)
        {
            hook.Handler(grace);
        }
    }

    private static void Handler(this Field handler, long? grace)
    {
        var handlers = 0;
        foreach (var kind in (ReadOnlySpan<string>)["exec", "httpGet", "tcpSocket", "grpc", "sleep"])
        {
            var action = handler[kind];
            if (!action.Has)
            {
                continue;
            }

            if (handlers++ > 0)
            {
                action.Forbidden("may not specify more than one handler");
                continue;
            }

            switch (kind)
            {
                case "exec":
                    action["command"].MustExist();
                    break;
                case "httpGet":
                    action["path"].MustExist();
                    action["port"].PortOrName();
                    action["scheme"].OneOf("HTTP", "HTTPS");
                    foreach (var header in action["httpHeaders"].Items)
                    {
                        (action["httpHeaders"] with { Value = header["name"].Text }).Must(Names.HttpHeader);
                    }

                    break;
                case "sleep":
                    if (action["seconds"].Integer < 0 || action["seconds"].Integer > grace)
                    {
                        action.Errors.Invalid(action.Path, action["seconds"].Integer, "must be at least 0 and no more than terminationGracePeriodSeconds");
                    }

                    break;
                default:
                    action["port"].PortOrName();
                    break;
            }
        }

        if (handlers == 0)
        {
            handler.Required("must specify a handler");
        }
    }
}
