using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Containers of all three lists of a pod.</summary>
internal static class ContainerRules
{
    private static readonly string[] NotForEphemeral = ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy"];

    /// <summary>Refuses bad containers.</summary>
    public static void Containers(this Field spec, Dictionary<string, string> volumes)
    {
        var containers = spec["containers"];
        var grace = spec["terminationGracePeriodSeconds"].Value as long?;
        if (containers.Count == 0)
        {
            containers.Required();
        }

        var restart = spec["restartPolicy"].Text;
        var claims = spec["resourceClaims"].Items.Select(c => c["name"].Text).Where(n => n.Length > 0).ToHashSet(StringComparer.Ordinal);
        var isolated = spec["hostUsers"].Value is false;
        foreach (var container in spec["containers"].Items.Concat(spec["initContainers"].Items).Concat(spec["ephemeralContainers"].Items))
        {
            ResizePolicies(container["resizePolicy"], restart);
            container["resources"]["claims"].ClaimNames(claims);
            container["securityContext"].ProcMount(isolated);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in containers.Items)
        {
            Common(container, volumes);
            Unique(container["name"], names);
            container.Lifecycle(grace);
            container.RestartPolicy();
        }

        HostPorts(containers.Items);

        foreach (var container in spec["initContainers"].Items)
        {
            Common(container, volumes);
            Unique(container["name"], names);
            container.RestartPolicy();
            Initial(container, grace);
            HostPorts([container]);
        }

        Ephemeral(spec, volumes, names);
    }

    private static void Initial(Field container, long? grace)
    {
        if (container["restartPolicy"].Text == "Always")
        {
            container.Lifecycle(grace);
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container[name].Has)
            {
                container[name].Forbidden("may not be set for init containers without restartPolicy=Always");
            }
        }

        if (container["resizePolicy"].Count > 0)
        {
            container["resizePolicy"].Invalid("must not be set for init containers");
        }
    }

    private static void Ephemeral(Field spec, Dictionary<string, string> volumes, HashSet<string> names)
    {
        var regular = spec["containers"].Items.Concat(spec["initContainers"].Items).Select(c => c["name"].Text).ToHashSet(StringComparer.Ordinal);
        foreach (var container in spec["ephemeralContainers"].Items)
        {
            Common(container, volumes);
            container.Image();
            Unique(container["name"], names);
            if (container["targetContainerName"] is { Text.Length: > 0 } target && !regular.Contains(target.Text))
            {
                target.NotFound();
            }

            foreach (var field in NotForEphemeral)
            {
                if (!container[field].IsEmpty)
                {
                    container[field].Forbidden("cannot be set for an ephemeral container");
                }
            }

            foreach (var mount in container["volumeMounts"].Items)
            {
                foreach (var field in (ReadOnlySpan<string>)["subPath", "subPathExpr"])
                {
                    if (mount[field].Text.Length > 0)
                    {
                        mount[field].Forbidden("cannot be set for an ephemeral container");
                    }
                }
            }
        }
    }

    private static void Unique(Field name, HashSet<string> names)
    {
        if (!names.Add(name.Text))
        {
            name.Duplicate();
        }
    }

    private static void Common(Field container, Dictionary<string, string> volumes)
    {
        container["name"].RequiredAnd(Names.Label);
        container["image"].MustExist();
        container["terminationMessagePolicy"].RequiredOneOf("FallbackToLogsOnError", "File");
        Ports(container["ports"]);
        container["env"].Environment();
        container["envFrom"].EnvironmentSources();
        Mounts(container, volumes);
        Devices(container, volumes);
        container["imagePullPolicy"].RequiredOneOf("Always", "IfNotPresent", "Never");
        container["resources"].ResourceRequirements();
        container["securityContext"].ContainerSecurity();
    }

    private static void Ports(Field ports)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in ports.Items)
        {
            if (port["name"].Text.Length > 0 && port["name"].Must(Names.Port) && !names.Add(port["name"].Text))
            {
                port["name"].Duplicate();
            }

            if (port["containerPort"].Integer == 0)
            {
                port["containerPort"].Required();
            }
            else
            {
                port["containerPort"].Port();
            }

            if (port["hostPort"].Integer != 0)
            {
                port["hostPort"].Port();
            }

            port["protocol"].RequiredOneOf("SCTP", "TCP", "UDP");
        }
    }

    private static void HostPorts(IEnumerable<Field> containers)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in containers.SelectMany(c => c["ports"].Items))
        {
            var host = port["hostPort"].Integer;
            var key = $"{port["protocol"].Text}/{port["hostIP"].Text}/{host}";
            if (host != 0 && !taken.Add(key))
            {
                port.Errors.Add(new FieldError(FieldErrorReason.Duplicate, port["hostPort"].Path, key, ""));
            }
        }
    }

    private static void Mounts(Field container, Dictionary<string, string> volumes)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var devices = container["volumeDevices"].Items.ToArray();
        foreach (var mount in container["volumeMounts"].Items)
        {
            var (name, path) = (mount["name"], mount["mountPath"]);
            name.MustExist();
            if (!volumes.ContainsKey(name.Text))
            {
                name.NotFound();
            }

            path.MustExist();
            if (!paths.Add(path.Text))
            {
                path.Invalid("must be unique");
            }

            if (devices.Any(d => d["name"].Text == name.Text))
            {
                name.Invalid("must not already exist in volumeDevices");
            }

            if (devices.Any(d => d["devicePath"].Text == path.Text))
            {
                path.Invalid("must not already exist as a path in volumeDevices");
            }

            // What follows is reported at the list, whichever mount it is.
            var anywhere = mount.As(container["volumeMounts"].Path);
            anywhere["subPath"].LocalPath();
            if (mount["subPathExpr"].Text.Length > 0)
            {
                if (mount["subPath"].Text.Length > 0)
                {
                    mount["subPathExpr"].Invalid("subPathExpr and subPath are mutually exclusive");
                }

                anywhere["subPathExpr"].LocalPath();
            }

            Propagation(anywhere, container);
        }
    }

    private static void Propagation(Field mount, Field container)
    {
        var propagation = mount["mountPropagation"];
        if (propagation.Has)
        {
            propagation.OneOf("Bidirectional", "HostToContainer", "None");
            if (propagation.Text == "Bidirectional" && !container["securityContext"]["privileged"].Flag)
            {
                propagation.Forbidden("Bidirectional mount propagation is available only to privileged containers");
            }
        }

        var recursive = mount["recursiveReadOnly"];
        if (recursive.Has && recursive.OneOf("Disabled", "Enabled", "IfPossible") && recursive.Text != "Disabled")
        {
            if (!mount["readOnly"].Flag)
            {
                recursive.Forbidden("may only be specified when readOnly is true");
            }

            if (propagation.Text is not ("" or "None"))
            {
                recursive.Forbidden("may only be specified when mountPropagation is None or not specified");
            }
        }
    }

    private static void Devices(Field container, Dictionary<string, string> volumes)
    {
        var (names, paths) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var mounts = container["volumeMounts"].Items.ToArray();
        foreach (var device in container["volumeDevices"].Items)
        {
            var (name, path) = (device["name"], device["devicePath"]);
            name.MustExist();
            if (!names.Add(name.Text))
            {
                name.Invalid("must be unique");
            }

            if (!volumes.TryGetValue(name.Text, out var kind))
            {
                name.NotFound();
            }
            else if (kind is not ("persistentVolumeClaim" or "ephemeral"))
            {
                name.Invalid("can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }

            path.MustExist();
            if (paths.Contains(path.Text))
            {
                path.Invalid("must be unique");
            }

            if (path.Text.Split('/').Contains(".."))
            {
                path.Invalid("can not contain backsteps ('..')");
            }
            else
            {
                paths.Add(path.Text);
            }

            if (mounts.Any(m => m["name"].Text == name.Text))
            {
                name.Invalid("must not already exist in volumeMounts");
            }

            if (mounts.Any(m => m["mountPath"].Text == path.Text))
            {
                path.Invalid("must not already exist as a path in volumeMounts");
            }
        }
    }

    // Reported at the list, but for repetitions.
    private static void ResizePolicies(Field policies, string podRestart)
    {
        var resources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in policies.Items)
        {
            var (resource, restart) = (item["resourceName"].As(policies.Path), item["restartPolicy"].As(policies.Path));
            if (!resources.Add(resource.Text))
            {
                (item with { Value = resource.Text }).Duplicate();
            }

            resource.RequiredOneOf("cpu", "memory");
            restart.RequiredOneOf("NotRequired", "RestartContainer");
            if (podRestart == "Never" && restart.Text != "NotRequired")
            {
                restart.Invalid("must be 'NotRequired' when `restartPolicy` is 'Never'");
            }
        }
    }

    /// <summary>Refuses what only the spec of a pod itself may not have.</summary>
    public static void ImagesOfPod(this Field spec)
    {
        foreach (var container in spec["containers"].Items.Concat(spec["initContainers"].Items))
        {
            container.Image();
        }
    }

    private static void Image(this Field container)
    {
        if (container["image"].Text is var image && image.Trim() != image)
        {
            container["image"].Invalid("must not have leading or trailing whitespace");
        }
    }

    /// <summary>Gets the name of an item, or the empty string.</summary>
    public static string NameOf(object? item) => (item as JsonMap)?.Text("name") ?? "";
}
