using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Checks <c>anyOf</c>, <c>oneOf</c>, <c>allOf</c> and <c>not</c>. Kubernetes reports these against the whole object.</summary>
internal static class SchemaJunctors
{
    /// <summary>Checks a value against the junctors of its schema.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="path">The value's relative path.</param>
    /// <param name="faults">Collects the faults.</param>
    /// <param name="validate">Validates the value against one alternative.</param>
    public static void Check(object value, ValueSchema schema, FieldPath path, ValueFaults faults, Func<object, ValueSchema, FieldPath, ValueFaults> validate)
    {
        if (schema.AnyOf.Count > 0)
        {
            CheckAny(value, schema.AnyOf, path, faults, validate);
        }

        if (schema.OneOf.Count > 0)
        {
            CheckOne(value, schema.OneOf, path, faults, validate);
        }

        if (schema.AllOf.Count > 0)
        {
            var found = schema.AllOf.Select(alternative => validate(value, alternative, path)).ToList();
            found.ForEach(faults.Merge);
            if (found.Any(f => !f.IsValid))
            {
                faults.Add(FieldErrorReason.Invalid, FieldPath.Root, null, $"{Name(path)} must validate all the schemas (allOf)");
            }
        }

        if (schema.Not is { } not && validate(value, not, path).IsValid)
        {
            faults.Add(FieldErrorReason.Invalid, FieldPath.Root, null, $"{Name(path)} must not validate the schema (not)");
        }

        faults.Matches++;
    }

    private static void CheckAny(object value, IReadOnlyList<ValueSchema> alternatives, FieldPath path, ValueFaults faults, Func<object, ValueSchema, FieldPath, ValueFaults> validate)
    {
        ValueFaults? closest = null;
        foreach (var alternative in alternatives)
        {
            var found = validate(value, alternative, path);
            if (found.IsValid)
            {
                return;
            }

            closest = closest is null || found.Matches > closest.Matches ? found : closest;
        }

        faults.Add(FieldErrorReason.Invalid, FieldPath.Root, null, $"{Name(path)} must validate at least one schema (anyOf)");
        faults.Merge(closest!); // There is at least one alternative, and none was valid.
    }

    private static void CheckOne(object value, IReadOnlyList<ValueSchema> alternatives, FieldPath path, ValueFaults faults, Func<object, ValueSchema, FieldPath, ValueFaults> validate)
    {
        ValueFaults? closest = null;
        var valid = 0;
        foreach (var alternative in alternatives)
        {
            var found = validate(value, alternative, path);
            if (found.IsValid)
            {
                valid++;
                closest = null;
            }
            else if (valid == 0 && (closest is null || found.Matches > closest.Matches))
            {
                closest = found;
            }
        }

        if (valid == 1)
        {
            return;
        }

        faults.Add(FieldErrorReason.Invalid, FieldPath.Root, null, $"{Name(path)} must validate one and only one schema (oneOf), and {valid} are valid");
        if (closest is not null)
        {
            faults.Merge(closest);
        }
    }

    private static string Name(FieldPath path) => path.Text ?? "the object";
}
