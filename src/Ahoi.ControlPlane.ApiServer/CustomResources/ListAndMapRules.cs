using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The rules for x-kubernetes-list-type, x-kubernetes-list-map-keys, x-kubernetes-map-type and their kin.</summary>
internal static class ListAndMapRules
{
    /// <summary>Checks one schema, not what is within.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Collects the faults.</param>
    public static void Check(JsonMap schema, FieldPath path, FieldErrors errors)
    {
        if (schema.Flag("x-kubernetes-preserve-unknown-fields") == false)
        {
            errors.Invalid(path.Child("x-kubernetes-preserve-unknown-fields").ToString(), false, "must be true or undefined");
        }

        var (mapType, listType, items) = (schema.Text("x-kubernetes-map-type"), schema.Text("x-kubernetes-list-type"), schema.Map("items"));
        if (mapType is not null)
        {
            CheckType(schema, "object", "x-kubernetes-map-type", path, errors);
            if (mapType is not ("atomic" or "granular"))
            {
                errors.NotSupported(path.Child("x-kubernetes-map-type").ToString(), mapType, "atomic", "granular");
            }
        }

        if (listType is not null && schema.Text("type") != "array")
        {
            CheckType(schema, "array", "x-kubernetes-list-type", path, errors);
        }
        else if (listType == "set" && items is not null)
        {
            CheckSetItems(items, path.Child("items"), errors);
        }

        if (listType is not (null or "atomic" or "set" or "map"))
        {
            errors.NotSupported(path.Child("x-kubernetes-list-type").ToString(), listType, "atomic", "set", "map");
        }

        var keys = schema.List("x-kubernetes-list-map-keys")?.Texts.ToList() ?? [];
        if (keys.Count > 0 && listType != "map")
        {
            const string Detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            if (listType is null)
            {
                errors.Required(path.Child("x-kubernetes-list-type").ToString(), Detail);
            }
            else
            {
                errors.Invalid(path.Child("x-kubernetes-list-type").ToString(), listType, Detail);
            }
        }

        if (listType == "map")
        {
            CheckMapList(schema, items, keys, path, errors);
        }

        if (listType is "map" or "set" && items is not null)
        {
            CheckKeyFields(listType, items, keys, path.Child("items"), errors);
        }
    }

    private static void CheckType(JsonMap schema, string wanted, string keyword, FieldPath path, FieldErrors errors)
    {
        var field = path.Child("type").ToString();
        switch (schema.Text("type") ?? "")
        {
            case "":
                errors.Required(field, $"must be {wanted} if {keyword} is specified");
                break;
            case var type when type != wanted:
                errors.Invalid(field, type, $"must be {wanted} if {keyword} is specified");
                break;
        }
    }

    private static void CheckSetItems(JsonMap items, FieldPath path, FieldErrors errors)
    {
        const string Detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        switch (items.Text("type"))
        {
            case "array" when items.Text("x-kubernetes-list-type") is not (null or "atomic"):
                errors.Invalid(path.Child("x-kubernetes-list-type").ToString(), items.Text("x-kubernetes-list-type"), Detail);
                break;
            case "object" when items.Text("x-kubernetes-map-type") != "atomic":
                errors.Invalid(path.Child("x-kubernetes-map-type").ToString(), items.Text("x-kubernetes-map-type"), Detail);
                break;
        }
    }

    private static void CheckMapList(JsonMap schema, JsonMap? items, List<string> keys, FieldPath path, FieldErrors errors)
    {
        var keysPath = path.Child("x-kubernetes-list-map-keys").ToString();
        if (keys.Count == 0)
        {
            errors.Required(keysPath, "must not be empty if x-kubernetes-list-type is map");
        }

        if (schema["items"] is null)
        {
            errors.Required(path.Child("items").ToString(), "must have a schema if x-kubernetes-list-type is map");
        }
        else if (items is null)
        {
            errors.Invalid(path.Child("items").ToString(), schema["items"], "must only have a single schema if x-kubernetes-list-type is map");
        }
        else if (items.Text("type") != "object")
        {
            errors.Invalid(path.Child("items").Child("type").ToString(), items.Text("type") ?? "", "must be object if parent array's x-kubernetes-list-type is map");
        }
        else
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in keys)
            {
                if (items.Map("properties")?.Map(key) is not { } property)
                {
                    errors.Invalid(keysPath, schema["x-kubernetes-list-map-keys"], "entries must all be names of item properties");
                }
                else if (property.Text("type") is "array" or "object")
                {
                    errors.Invalid(path.Child("items").Child("properties").Key(key).Child("type").ToString(), property.Text("type"), "must be a scalar type if parent array's x-kubernetes-list-type is map");
                }

                if (!seen.Add(key))
                {
                    errors.Invalid(keysPath, schema["x-kubernetes-list-map-keys"], "must not contain duplicate entries");
                }
            }
        }
    }

    private static void CheckKeyFields(string listType, JsonMap items, List<string> keys, FieldPath path, FieldErrors errors)
    {
        if (items.Flag("nullable") == true)
        {
            errors.Forbidden(path.Child("nullable").ToString(), $"cannot be nullable when x-kubernetes-list-type is {listType}");
        }

        if (listType != "map")
        {
            return;
        }

        var required = items.List("required")?.Texts.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var key in keys)
        {
            if (items.Map("properties")?.Map(key) is not { } property)
            {
                continue;
            }

            var at = path.Child("properties").Key(key);
            if (!required.Contains(key) && property["default"] is null)
            {
                errors.Required(at.Child("default").ToString(), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
            }

            if (property.Flag("nullable") == true)
            {
                errors.Forbidden(at.Child("nullable").ToString(), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
            }
        }
    }
}
