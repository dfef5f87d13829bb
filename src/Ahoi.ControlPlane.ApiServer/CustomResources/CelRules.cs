using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The compiled x-kubernetes-validations of a schema and of everything within.</summary>
internal sealed class CelRules
{
    /// <summary>What all rules together may cost for one object.</summary>
    private const long Budget = 10_000_000;

    private const int MaxMessageBytes = 5 * 1024;
    private const string OutOfBudget = "the rules cost more than one object may; the remaining ones did not run";

    private readonly IReadOnlyList<CompiledRule> _rules;
    private readonly string _type;
    private readonly bool _isCorrelatable;
    private readonly CelRules? _items;
    private readonly CelRules? _additional;
    private readonly Dictionary<string, CelRules> _properties;
    private readonly ValueSchema? _mapList;

    private CelRules(JsonMap schema, IReadOnlyList<CompiledRule> rules, CelRules? items, CelRules? additional, Dictionary<string, CelRules> properties)
    {
        (_rules, _items, _additional, _properties) = (rules, items, additional, properties);
        _type = schema.Text("type") ?? "";
        _isCorrelatable = schema.Text("x-kubernetes-map-type") is null or "granular";
        _mapList = schema.Text("x-kubernetes-list-type") == "map" ? ValueSchema.Compile(schema) : null;
    }

    /// <summary>Compiles the rules of a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isResource">Whether it is that of a whole object, so that rules see its apiVersion, kind and names.</param>
    /// <returns>The rules, or <see langword="null"/> where there are none.</returns>
    public static CelRules? Compile(JsonMap schema, bool isResource)
    {
        var rules = schema.List("x-kubernetes-validations") is { Count: > 0 } ? RuleCompiler.Compile(schema, isResource) : [];
        var items = schema.Map("items") is { } item ? Compile(item, IsEmbedded(item)) : null;
        var additional = schema.Map("additionalProperties") is { } entry ? Compile(entry, IsEmbedded(entry)) : null;
        var properties = new Dictionary<string, CelRules>(StringComparer.Ordinal);
        foreach (var (name, property) in SchemaNodes.Properties(schema))
        {
            if (Compile(property, IsEmbedded(property)) is { } found)
            {
                properties[name] = found;
            }
        }

        return rules.Count == 0 && items is null && additional is null && properties.Count == 0
            ? null
            : new(schema, rules, items, additional, properties);

        static bool IsEmbedded(JsonMap node) => node.Flag("x-kubernetes-embedded-resource") == true;
    }

    /// <summary>Runs the rules.</summary>
    /// <param name="value">The value.</param>
    /// <param name="old">What it was before an update, or <see langword="null"/>.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Collects the faults.</param>
    /// <param name="ratcheting">The value beside what it was, and where to report what is tolerated; <see langword="null"/> to tolerate nothing.</param>
    public void Validate(object? value, object? old, FieldPath path, FieldErrors errors, RuleRatcheting? ratcheting)
    {
        var budget = Budget;
        Validate(value, old, path, errors, ratcheting, ref budget);
    }

    private void Validate(object? value, object? old, FieldPath path, FieldErrors errors, RuleRatcheting? ratcheting, ref long budget)
    {
        if (value is null)
        {
            return;
        }

        RunRules(value, old, path, errors, ratcheting, ref budget);
        switch (value)
        {
            case JsonList list when _items is not null:
                var oldByKeys = _mapList is not null && old is JsonList oldList ? IndexByKeys(oldList, _mapList) : null;
                for (var i = 0; i < list.Count && budget >= 0; i++)
                {
                    var was = list[i] is JsonMap item ? oldByKeys?.GetValueOrDefault(Correlation.KeyOf(item, _mapList!)) : null; // There is an index only for a map list.
                    _items.Validate(list[i], was, path.Index(i), errors, ratcheting?.Index(i), ref budget);
                }

                break;
            case JsonMap map:
                var oldMap = _isCorrelatable ? old as JsonMap : null;
                foreach (var (key, item) in map)
                {
                    if (budget < 0)
                    {
                        return;
                    }

                    if (_properties.TryGetValue(key, out var property))
                    {
                        property.Validate(item, oldMap?[key], path.Child(key), errors, ratcheting?.Key(key), ref budget);
                    }
                    else
                    {
                        _additional?.Validate(item, oldMap?[key], path.Key(key), errors, ratcheting?.Key(key), ref budget);
                    }
                }

                break;
        }
    }

    private static Dictionary<string, JsonMap> IndexByKeys(JsonList list, ValueSchema schema)
    {
        var index = new Dictionary<string, JsonMap>(StringComparer.Ordinal);
        foreach (var item in list.Maps)
        {
            index.TryAdd(Correlation.KeyOf(item, schema), item);
        }

        return index;
    }

    private void RunRules(object value, object? old, FieldPath path, FieldErrors errors, RuleRatcheting? ratcheting, ref long budget)
    {
        if (_rules.Count > 0 && budget <= 0)
        {
            errors.Invalid(path.ToString(), _type, OutOfBudget);
            budget = -1;
            return;
        }

        foreach (var rule in _rules)
        {
            if (rule.Error is { } fault)
            {
                errors.Invalid(path.ToString(), _type, $"the rule does not compile: {fault}");
                continue;
            }

            if (rule.Program is not { } program || (rule.UsesOldSelf && old is null && !rule.HasOptionalOldSelf))
            {
                continue;
            }

            var outcome = program.Run(value, old);
            if (outcome.Cost > (ulong)budget)
            {
                errors.Invalid(path.ToString(), _type, OutOfBudget);
                budget = -1;
                return;
            }

            budget -= (long)outcome.Cost;
            if (outcome.Error is { } error)
            {
                errors.Invalid(path.ToString(), _type, $"the rule failed ({error}): {Describe(rule.Source)}");
                if (outcome.IsTooExpensive)
                {
                    budget = -1;
                    return;
                }
            }
            else if (outcome.Value is not true && !Report(rule, value, old, path, errors, ratcheting, ref budget))
            {
                return;
            }
        }
    }

    private bool Report(CompiledRule rule, object value, object? old, FieldPath path, FieldErrors errors, RuleRatcheting? ratcheting, ref long budget)
    {
        var at = rule.FieldPath.Length == 0 ? path : path.Child(rule.FieldPath);
        var detail = rule.Source.Text("message") is { Length: > 0 } message ? message.Trim() : $"does not hold: {Describe(rule.Source)}";
        if (rule.Message is { } expression)
        {
            var outcome = expression.Run(value, old);
            if (outcome.IsTooExpensive || outcome.Cost > (ulong)budget)
            {
                Add(new(FieldErrorReason.Invalid, at.ToString(), _type, "the messageExpression costs more than is left; the remaining rules did not run"));
                budget = -1;
                return false;
            }

            budget -= (long)outcome.Cost;
            if (outcome.Value is string text && text.Trim() is { Length: > 0 and <= MaxMessageBytes } trimmed && !trimmed.Contains('\n', StringComparison.Ordinal))
            {
                detail = trimmed;
            }
        }

        var reason = rule.Source.Text("reason") is { Length: > 0 } given ? given : FieldErrorReason.Invalid;
        Add(new(reason, at.ToString(), _type, reason == FieldErrorReason.Duplicate ? "" : detail));
        return true;

        void Add(FieldError error)
        {
            if (!rule.UsesOldSelf && ratcheting is { IsUnchanged: true })
            {
                ratcheting.Warn($"{error.Field}: {error.ToCause().Message}");
            }
            else
            {
                errors.Add(error);
            }
        }
    }

    private static string Describe(JsonMap rule) => (rule.Text("message") is { Length: > 0 } message ? message : rule.Text("rule") ?? "").Trim();
}
