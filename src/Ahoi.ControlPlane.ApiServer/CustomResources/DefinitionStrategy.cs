using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>What is particular to CustomResourceDefinitions.</summary>
internal sealed class DefinitionStrategy : KindStrategy
{
    /// <summary>The finalizer by which a definition waits for its objects to go.</summary>
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>Makes the strategy.</summary>
    public DefinitionStrategy()
    {
        HasStatus = true;
        CountsGeneration = true;
        AllowsUnconditionalUpdate = false;
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        if (spec.Map("names") is { } names)
        {
            var kind = names.Text("kind") ?? "";
            if (string.IsNullOrEmpty(names.Text("singular")) && kind.Length > 0)
            {
                names["singular"] = kind.ToLowerInvariant();
            }

            if (string.IsNullOrEmpty(names.Text("listKind")) && kind.Length > 0)
            {
                names["listKind"] = kind + "List";
            }
        }

        if (spec.Map("conversion") is not { } conversion)
        {
            spec["conversion"] = new JsonMap { ["strategy"] = "None" };
        }
        else if (conversion.Map("webhook")?.Map("clientConfig")?.Map("service") is { } service && service["port"] is null)
        {
            service["port"] = 443;
        }

        if (value.Map("status") is { } status && status.List("storedVersions") is not { Count: > 0 })
        {
            AddStoredVersion(spec, status);
        }
    }

    /// <inheritdoc/>
    public override void PrepareCreate(JsonMap value)
    {
        base.PrepareCreate(value);
        AddStoredVersion(value.EnsureMap("spec"), value.EnsureMap("status"));
    }

    /// <inheritdoc/>
    public override void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        base.PrepareUpdate(value, old, subresource);
        if (subresource == "status")
        {
            KeepMetadata(value, old);
        }
        else
        {
            AddStoredVersion(value.EnsureMap("spec"), value.EnsureMap("status"));
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(JsonMap value) =>
        from version in value.Map("spec")?.List("versions")?.Maps ?? []
        let schema = version.Map("schema")?.Map("openAPIV3Schema")
        where schema is not null
        from node in SchemaNodes.All(schema)
        where node.Text("type") is "string" or null or ""
        let format = node.Text("format") ?? ""
        where format.Length > 0 && !StringFormats.IsKnown(format)
        select $"unrecognized format \"{format}\"";

    /// <summary>Makes the metadata what it was, except for what a write of the status may bring about: new managed fields.</summary>
    /// <param name="value">The object; changed in place.</param>
    /// <param name="old">What is stored.</param>
    public static void KeepMetadata(JsonMap value, JsonMap old)
    {
        var given = value.EnsureMap("metadata");
        var kept = old.EnsureMap("metadata").DeepClone();
        foreach (var key in (ReadOnlySpan<string>)["managedFields", "resourceVersion"])
        {
            if (given.TryGetValue(key, out var own))
            {
                kept[key] = own;
            }
            else
            {
                kept.Remove(key);
            }
        }

        value["metadata"] = kept;
    }

    /// <inheritdoc/>
    public override void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        var wanted = $"{value.At("spec", "names", "plural")}.{value.At("spec", "group")}";
        foreach (var key in (ReadOnlySpan<string>)["generateName", "name"])
        {
            if (value.Map("metadata")?.Text(key) is { Length: > 0 } name && name != wanted && DnsNames.IsSubdomain(name.TrimEnd('-')))
            {
                errors.Invalid($"metadata.{key}", name, "must be spec.names.plural+\".\"+spec.group");
            }
        }

        DefinitionValidator.Validate(value, null, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonMap value, JsonMap old, string subresource, FieldErrors errors)
    {
        if (subresource == "status")
        {
            DefinitionValidator.ValidateStatus(value, errors);
        }
        else
        {
            DefinitionValidator.Validate(value, old, errors);
        }
    }

    /// <inheritdoc/>
    protected override JsonMap? InitialStatus(JsonMap value) => new()
    {
        ["conditions"] = null,
        ["acceptedNames"] = new JsonMap { ["plural"] = "", ["kind"] = "" },
        ["storedVersions"] = null,
    };

    private static void AddStoredVersion(JsonMap spec, JsonMap status)
    {
        if (spec.List("versions")?.Maps.FirstOrDefault(v => v.Flag("storage") == true)?.Text("name") is { } name
            && status.List("storedVersions")?.Contains(name) != true)
        {
            status.EnsureList("storedVersions").Add(name);
        }
    }
}
