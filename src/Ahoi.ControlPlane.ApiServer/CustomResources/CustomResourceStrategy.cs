using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Defaulting and validation of one version of a custom kind.</summary>
internal sealed class CustomResourceStrategy : IKindStrategy
{
    private const string RulesSkipped = "the validation rules wait until the other faults are corrected";

    private readonly ValueSchema? _schema;
    private readonly Lazy<CelRules?> _rules;
    private readonly bool _hasStatus;
    private readonly JsonMap? _scale;

    /// <summary>Makes the strategy of a version.</summary>
    /// <param name="version">The version as its definition says it.</param>
    public CustomResourceStrategy(JsonMap version)
    {
        var schema = version.Map("schema")?.Map("openAPIV3Schema");
        _schema = schema is null ? null : ValueSchema.Compile(schema);
        _rules = new(() => schema is null ? null : CelRules.Compile(schema, isResource: true));
        _hasStatus = version.Map("subresources")?.Map("status") is not null;
        _scale = version.Map("subresources")?.Map("scale");
    }

    /// <inheritdoc/>
    public bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc/>
    public bool CountsGeneration => true;

    /// <inheritdoc/>
    public void SetDefaults(JsonMap value)
    {
        if (_schema is not null)
        {
            SchemaDefaulting.Apply(value, _schema);
        }
    }

    /// <inheritdoc/>
    public void SetDefaultsOfApplied(JsonMap value)
    {
        if (_schema is not null)
        {
            SchemaDefaulting.SetDefaults(value, _schema);
        }
    }

    /// <inheritdoc/>
    public void PrepareCreate(JsonMap value)
    {
        if (_hasStatus)
        {
            value.Remove("status");
        }
    }

    /// <inheritdoc/>
    public void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        if (subresource == "status")
        {
            foreach (var key in value.Keys.Concat(old.Keys).Distinct(StringComparer.Ordinal).ToArray())
            {
                if (key is not ("status" or "metadata" or "apiVersion" or "kind"))
                {
                    CarryOver(value, old, key);
                }
            }

            DefinitionStrategy.KeepMetadata(value, old);
        }
        else if (_hasStatus)
        {
            CarryOver(value, old, "status");
        }
    }

    /// <inheritdoc/>
    public bool ChangesGeneration(JsonMap value, JsonMap old) =>
        value.Keys.Concat(old.Keys).Any(key => key != "metadata" && (key != "status" || !_hasStatus) && !JsonTree.Equals(value[key], old[key]));

    /// <inheritdoc/>
    public void ValidateCreate(JsonMap value, FieldErrors errors)
    {
        var found = new FieldErrors();
        if (_schema is not null)
        {
            ValueValidator.Validate(value, _schema, FieldPath.Root, found);
        }

        CheckScale(value, "specReplicasPath", found);
        CheckScale(value, "statusReplicasPath", found);
        if (_schema is not null)
        {
            EmbeddedResources.Validate(value, _schema, FieldPath.Root, found, isResource: false);
            ListUniqueness.Validate(value, _schema, FieldPath.Root, found);
        }

        RunRules(value, null, found, null);
        AddAll(found, errors);
    }

    /// <inheritdoc/>
    public void ValidateUpdate(JsonMap value, JsonMap old, string subresource, FieldErrors errors)
    {
        var found = new FieldErrors();
        var correlation = _schema is null ? null : new Correlation(value, old, _schema);
        if (subresource == "status")
        {
            if (_schema?.Properties.GetValueOrDefault("status") is { } status && value.TryGetValue("status", out var given))
            {
                ValueValidator.Validate(given, status, new("status"), found, correlation!.Key("status")); // There is one with a schema.
            }
        }
        else
        {
            if (_schema is not null)
            {
                ValueValidator.Validate(value, _schema, FieldPath.Root, found, correlation);
            }

            CheckScale(value, "specReplicasPath", found);
        }

        CheckScale(value, "statusReplicasPath", found);
        if (_schema is not null)
        {
            EmbeddedResources.Validate(value, _schema, FieldPath.Root, found, isResource: false);
            var before = new FieldErrors();
            ListUniqueness.Validate(old, _schema, FieldPath.Root, before);
            if (before.Count == 0)
            {
                ListUniqueness.Validate(value, _schema, FieldPath.Root, found);
            }
        }

        RunRules(value, old, found, correlation is null ? null : new RuleRatcheting(correlation, null, errors.Warnings));
        AddAll(found, errors);
    }

    private static void CarryOver(JsonMap value, JsonMap old, string key)
    {
        if (old.TryGetValue(key, out var was))
        {
            value[key] = JsonTree.DeepClone(was);
        }
        else
        {
            value.Remove(key);
        }
    }

    private static void AddAll(FieldErrors found, FieldErrors errors)
    {
        foreach (var error in found)
        {
            errors.Add(error);
        }
    }

    private void RunRules(JsonMap value, JsonMap? old, FieldErrors errors, RuleRatcheting? ratcheting)
    {
        if (_rules.Value is not { } rules)
        {
            return;
        }

        if (errors.Any(e => e.Reason is FieldErrorReason.NotSupported or FieldErrorReason.Required or FieldErrorReason.TooLong or FieldErrorReason.TooMany or FieldErrorReason.TypeInvalid))
        {
            errors.Invalid(FieldPath.Root.ToString(), null, RulesSkipped);
            return;
        }

        rules.Validate(value, old, FieldPath.Root, errors, ratcheting);
    }

    private void CheckScale(JsonMap value, string key, FieldErrors errors)
    {
        if (_scale?.Text(key) is not { Length: > 1 } path || JsonPaths.Follow(value, path) is not { } replicas)
        {
            return;
        }

        if (replicas is not long count)
        {
            errors.Invalid(path, replicas, "has to be a whole number");
        }
        else if (count < 0)
        {
            errors.Invalid(path, count, "cannot be negative");
        }
        else if (count > int.MaxValue)
        {
            errors.Invalid(path, count, $"can be at most {int.MaxValue.ToString(CultureInfo.InvariantCulture)}");
        }
    }
}
