using System.Collections.Frozen;
using Ahoi.Api.Quantities;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Names and amounts of resources: cpu, memory, extended resources, and what quotas count.</summary>
internal static class ResourceRules
{
    private static readonly FrozenSet<string> ContainerResources = ((string[])["cpu", "memory", "ephemeral-storage"]).ToFrozenSet();

    private static readonly FrozenSet<string> Countable = ((string[])
        ["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"])
        .ToFrozenSet();

    private static readonly FrozenSet<string> QuotaResources = ((string[])
        [.. Countable, "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage",
        "limits.cpu", "limits.memory", "limits.ephemeral-storage"]).ToFrozenSet();

    private static readonly FrozenSet<string> StandardResources = ((string[])[.. QuotaResources, "storage"]).ToFrozenSet();

    /// <summary>Gets whether a resource is the platform's own, not an extended one.</summary>
    public static bool IsNative(string name) =>
        !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    /// <summary>Gets whether a resource is a huge page's.</summary>
    public static bool IsHugePage(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    /// <summary>Gets whether a resource counts whole things only.</summary>
    public static bool IsWhole(string name) => Countable.Contains(name) || name.StartsWith("count/", StringComparison.Ordinal) || IsExtended(name);

    /// <summary>Gets whether a resource is one that quotas name by itself.</summary>
    public static bool IsOfQuotas(string name) =>
        QuotaResources.Contains(name) || IsHugePage(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    /// <summary>Gets whether a resource is an extended one, as in <c>example.com/gpu</c>.</summary>
    public static bool IsExtended(string name) =>
        !IsNative(name) && !name.StartsWith("requests.", StringComparison.Ordinal) && Names.Qualified("requests." + name).Length == 0;

    /// <summary>Refuses a name that no resource has.</summary>
    public static void ResourceName(this Field field, string name)
    {
        if ((field with { Value = name }).Must(Names.Qualified) && !name.Contains('/', StringComparison.Ordinal) && !IsStandard(name))
        {
            field.Errors.Invalid(field.Path, name, "must be a standard resource or fully qualified");
        }
    }

    /// <summary>Refuses a name that no resource of a quota has.</summary>
    public static void QuotaResourceName(this Field field, string name)
    {
        field.ResourceName(name);
        if (!name.Contains('/', StringComparison.Ordinal) && !IsOfQuotas(name))
        {
            field.Errors.Invalid(field.Path, name, "must be a standard resource for quota");
        }
    }

    /// <summary>Refuses a name that no container's resource has.</summary>
    public static void ContainerResourceName(this Field field, string name)
    {
        field.ResourceName(name);
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            if (!ContainerResources.Contains(name) && !IsHugePage(name))
            {
                field.Errors.Invalid(field.Path, name, "must be a standard resource for containers");
            }
        }
        else if (!IsNative(name) && !IsExtended(name))
        {
            field.Errors.Invalid(field.Path, name, "is not the name of an extended resource");
        }
    }

    /// <summary>Refuses an amount that a resource cannot have.</summary>
    public static void ResourceAmount(this Field field, string name)
    {
        field.NonNegativeQuantity();
        if (IsWhole(name) && field.Quantity() is { } amount && amount.MilliValue % 1000 != 0)
        {
            field.Invalid("must be an integer");
        }
    }

    /// <summary>Refuses bad requests and limits.</summary>
    public static void ResourceRequirements(this Field field)
    {
        var (limits, requests) = (field["limits"], field["requests"]);
        foreach (var (name, limit) in limits.Entries)
        {
            limit.ContainerResourceName(name);
            limit.ResourceAmount(name);
            limit.HugePages(name);
        }

        foreach (var (name, request) in requests.Entries)
        {
            request.ContainerResourceName(name);
            request.ResourceAmount(name);
            request.HugePages(name);
            var mayOvercommit = MayOvercommit(name);
            if (limits.Key(name).Quantity() is { } limit && request.Quantity() is { } amount)
            {
                if (!mayOvercommit && amount != limit)
                {
                    field.Errors.Invalid(requests.Path, request.Value, $"must be equal to the {name} limit of {limit}");
                }
                else if (amount > limit)
                {
                    field.Errors.Invalid(requests.Path, request.Value, $"must be less than or equal to the {name} limit of {limit}");
                }
            }
            else if (!mayOvercommit)
            {
                limits.Required($"{name} cannot be overcommitted: its limit must be set");
            }
        }

        var names = limits.Map.Keys.Concat(requests.Map.Keys).ToArray();
        if (names.Any(IsHugePage) && !names.Contains("cpu") && !names.Contains("memory"))
        {
            field.Forbidden("huge pages require cpu or memory");
        }
    }

    /// <summary>Gets whether less of a resource may be requested than what is the limit.</summary>
    public static bool MayOvercommit(string name) => IsNative(name) && !IsHugePage(name);

    // Whole pages: hugepages-2Mi comes in multiples of 2Mi.
    private static void HugePages(this Field field, string name)
    {
        if (IsHugePage(name) && field.Quantity() is { } amount && Quantity.TryParse(name["hugepages-".Length..], out var page)
            && (page.Sign <= 0 || amount.MilliValue % page.MilliValue != 0))
        {
            field.Invalid($"is not a positive integer multiple of {name}");
        }
    }

    private static bool IsStandard(string name) =>
        StandardResources.Contains(name) || IsHugePage(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);
}
