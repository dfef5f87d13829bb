using Ahoi.Api.Json;
using Ahoi.Previews.Api;

namespace Ahoi.Previews.Planning;

/// <summary>Changes a pod's specification from the original's to a copy's.</summary>
internal static class PodChanges
{
    /// <summary>The name of a copy of something that the original's pods use.</summary>
    public static string CopyName(CloneContext context, string original)
    {
        var name = $"{context.Name}-{original}";
        return name.Length <= 253 ? name : $"{name[..240]}-{BranchIdentity.Digits("", "", name)[..10]}";
    }

    /// <summary>The ConfigMaps that a pod uses.</summary>
    public static IReadOnlyList<string> ConfigMaps(JsonMap pod)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Visit(pod, reference => names.Add((string)reference["name"]!), "configMap", "configMapRef", "configMapKeyRef");
        return [.. names];
    }

    public static void Apply(CloneContext context, JsonMap pod)
    {
        var overrides = context.App.Spec.Overrides;
        Visit(pod, reference => reference["name"] = CopyName(context, (string)reference["name"]!), "configMap", "configMapRef", "configMapKeyRef");
        HashSet<string> allowed = [.. overrides?.SecretAllowList ?? []];
        var data = context.App.Spec.Data;
        foreach (var volume in pod.List("volumes")?.Maps ?? [])
        {
            if (volume.Map("persistentVolumeClaim") is { } claim && claim.Text("claimName") is { } name && data?.Claims?.Contains(name) == true)
            {
                claim["claimName"] = CopyName(context, name);
            }
        }

        if (data?.Database is { } database)
        {
            var (theirs, own) = (ClonePlanner.DatabaseSecret(database), ClonePlanner.DatabaseSecret(ClonePlanner.DatabaseName(context)));
            RenameSecret(pod, theirs, own);
            allowed.Add(own);
        }

        DropSecrets(pod, allowed);
        foreach (var container in Containers(pod))
        {
            Variables(context, container, overrides);
        }

        if ((context.Preview.Spec.Image ?? context.App.Spec.Image?.Template) is { } image)
        {
            var containers = pod.List("containers")!.Maps.ToList();
            var one = context.App.Spec.Image?.Container is { } container ? containers.Single(c => c.Text("name") == container) : containers.Single();
            one["image"] = context.Fill(image);
        }
    }

    private static void Variables(CloneContext context, JsonMap container, PreviewOverrides? overrides)
    {
        var replaced = (overrides?.Env ?? []).Select(e => e.Name).Concat(overrides?.DropEnv ?? []).ToHashSet(StringComparer.Ordinal);
        var variables = new JsonList();
        foreach (var variable in overrides?.Env ?? [])
        {
            variables.Add(new JsonMap { ["name"] = variable.Name, ["value"] = context.FillVariable(variable.Value) });
        }

        foreach (var variable in container.List("env")?.Maps.Where(v => !replaced.Contains(v.Text("name")!)) ?? [])
        {
            variables.Add(variable);
        }

        if (variables.Count > 0)
        {
            container["env"] = variables;
        }
        else
        {
            container.Remove("env");
        }
    }

    /// <summary>Takes out what refers to Secrets that previews may not use.</summary>
    private static void DropSecrets(JsonMap pod, HashSet<string> allowed)
    {
        bool Keeps(object? name) => name is string text && allowed.Contains(text);

        var lost = new HashSet<string>(StringComparer.Ordinal);
        Filter(pod, "volumes", volume =>
        {
            var keeps = volume.Map("secret") is not { } secret || Keeps(secret.Text("secretName"));
            if (volume.At("projected", "sources") is JsonList)
            {
                Filter(volume.Map("projected")!, "sources", s => s.Map("secret") is not { } projected || Keeps(projected.Text("name")));
            }

            if (!keeps)
            {
                lost.Add(volume.Text("name")!);
            }

            return keeps;
        });
        Filter(pod, "imagePullSecrets", s => Keeps(s.Text("name")));
        foreach (var container in Containers(pod))
        {
            Filter(container, "volumeMounts", m => !lost.Contains(m.Text("name")!));
            Filter(container, "envFrom", e => e.Map("secretRef") is not { } secret || Keeps(secret.Text("name")));
            Filter(container, "env", e => e.At("valueFrom", "secretKeyRef") is not JsonMap secret || Keeps(secret.Text("name")));
        }
    }

    private static void RenameSecret(JsonMap pod, string from, string to)
    {
        Visit(pod, reference => reference["name"] = reference["name"] as string == from ? to : reference["name"], "secretRef", "secretKeyRef", "secret");
        foreach (var volume in pod.List("volumes")?.Maps ?? [])
        {
            if (volume.Map("secret") is { } secret && secret.Text("secretName") == from)
            {
                secret["secretName"] = to;
            }
        }
    }

    private static IEnumerable<JsonMap> Containers(JsonMap pod) =>
        (pod.List("initContainers")?.Maps ?? []).Concat(pod.List("containers")?.Maps ?? []);

    private static void Filter(JsonMap parent, string field, Func<JsonMap, bool> keeps)
    {
        if (parent.List(field) is not { } list)
        {
            return;
        }

        var kept = new JsonList();
        foreach (var item in list.Maps.Where(keeps))
        {
            kept.Add(item);
        }

        if (kept.Count == 0)
        {
            parent.Remove(field);
        }
        else
        {
            parent[field] = kept;
        }
    }

    private static void Visit(object? node, Action<JsonMap> found, params string[] fields)
    {
        if (node is JsonMap map)
        {
            foreach (var (key, value) in map.ToList())
            {
                if (value is JsonMap inner && fields.Contains(key) && inner["name"] is string)
                {
                    found(inner);
                }

                Visit(value, found, fields);
            }
        }
        else if (node is JsonList list)
        {
            foreach (var item in list.Maps)
            {
                Visit(item, found, fields);
            }
        }
    }
}
