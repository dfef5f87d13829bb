using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rules;

/// <summary>Label selectors: their form, and whether they select.</summary>
internal static class Selectors
{
    /// <summary>Refuses a malformed label selector.</summary>
    /// <param name="field">The selector.</param>
    /// <param name="strictValues">Whether a value in an expression must be a label's value.</param>
    public static void LabelSelector(this Field field, bool strictValues = true)
    {
        field["matchLabels"].Labels();
        foreach (var expression in field["matchExpressions"].Items)
        {
            var values = expression["values"];
            switch (expression["operator"].Text)
            {
                case "In" or "NotIn":
                    values.MustExist("must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist":
                    if (values.Count > 0)
                    {
                        values.Forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }

                    break;
                default:
                    expression["operator"].Invalid("not a valid selector operator");
                    break;
            }

            expression["key"].Must(Names.Qualified);
            if (strictValues)
            {
                foreach (var value in values.Items)
                {
                    value.Must(Names.LabelValue);
                }
            }
        }
    }

    /// <summary>Gets whether a selector is well-formed enough to select with.</summary>
    public static bool IsSelector(this Field field)
    {
        var trial = new FieldErrors();
        (field with { Errors = trial }).LabelSelector();
        return trial.Count == 0;
    }

    /// <summary>Gets whether a selector selects what carries some labels; an empty one selects everything.</summary>
    public static bool Selects(JsonMap selector, JsonMap labels)
    {
        foreach (var (key, value) in selector.Map("matchLabels") ?? [])
        {
            if (!JsonTree.Equals(labels[key], value))
            {
                return false;
            }
        }

        foreach (var item in selector.List("matchExpressions") ?? [])
        {
            if (item is JsonMap expression && !Selects(expression, labels[expression.Text("key") ?? ""] as string))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gets whether a selector names no labels.</summary>
    public static bool IsEmptySelector(JsonMap selector) =>
        selector.Map("matchLabels") is null or { Count: 0 } && selector.List("matchExpressions") is null or { Count: 0 };

    private static bool Selects(JsonMap expression, string? label)
    {
        var listed = label is not null && (expression.List("values") ?? []).Contains(label);
        return expression.Text("operator") switch
        {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => label is not null,
            _ => label is null,
        };
    }
}
