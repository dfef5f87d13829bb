using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Checks numbers: the range of their format, minimum, maximum and multipleOf.</summary>
internal static class NumberLimits
{
    /// <summary>Checks a number.</summary>
    /// <param name="value">A <see cref="long"/> or a <see cref="double"/>.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Its relative path.</param>
    /// <param name="faults">Collects the faults.</param>
    public static void Check(object value, ValueSchema schema, FieldPath path, ValueFaults faults)
    {
        // What does not fit its format is reported against the whole object, as Kubernetes does.
        if (!FitsFormat(value, schema))
        {
            faults.Add(FieldErrorReason.Invalid, FieldPath.Root, value, $"{path.Text} does not fit the format {schema.Format} of type {schema.Type}");
        }

        if (schema.MultipleOf is { } factor && !IsMultiple(value, factor))
        {
            faults.Add(FieldErrorReason.Invalid, path, value, FormattableString.Invariant($"should be a multiple of {factor}"));
        }

        if (schema.Maximum is { } maximum && (Compare(value, maximum) is var above && (above > 0 || (schema.ExclusiveMaximum && above == 0))))
        {
            var bound = schema.ExclusiveMaximum ? "less than" : "less than or equal to";
            faults.Add(FieldErrorReason.Invalid, path, value, FormattableString.Invariant($"should be {bound} {maximum}"));
        }

        if (schema.Minimum is { } minimum && (Compare(value, minimum) is var below && (below < 0 || (schema.ExclusiveMinimum && below == 0))))
        {
            var bound = schema.ExclusiveMinimum ? "greater than" : "greater than or equal to";
            faults.Add(FieldErrorReason.Invalid, path, value, FormattableString.Invariant($"should be {bound} {minimum}"));
        }

        faults.Matches++;
    }

    private static bool FitsFormat(object value, ValueSchema schema)
    {
        if (schema.Type == "integer" && !schema.IntOrString)
        {
            var integer = value switch
            {
                long exact => exact,
                double number when number == Math.Floor(number) && Math.Abs(number) < 9.2233720368547758E18 => (long)number,
                _ => (long?)null,
            };
            return integer is { } whole && schema.Format switch
            {
                "int32" => whole is >= int.MinValue and <= int.MaxValue,
                "uint32" => whole is >= 0 and <= uint.MaxValue,
                "uint64" => whole >= 0,
                _ => true,
            };
        }

        return schema.Format is not ("float" or "float32") || Math.Abs(Convert.ToDouble(value, null)) <= float.MaxValue;
    }

    private static int Compare(object value, double bound) => value switch
    {
        long integer when Math.Abs(bound) < 1L << 53 && bound == Math.Floor(bound) => integer.CompareTo((long)bound),
        long integer => ((double)integer).CompareTo(bound),
        double number => number.CompareTo(bound),
        _ => 0,
    };

    private static bool IsMultiple(object value, double factor)
    {
        if (factor <= 0)
        {
            return false;
        }

        if (value is long integer && factor == Math.Floor(factor) && factor < 1L << 53)
        {
            return integer % (long)factor == 0;
        }

        var quotient = Convert.ToDouble(value, null) / factor;
        return Math.Abs(quotient - Math.Round(quotient)) <= 1e-9 * Math.Max(1, Math.Abs(quotient));
    }
}
