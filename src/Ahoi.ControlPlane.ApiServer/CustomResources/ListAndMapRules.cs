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
            errors.Invalid(path.Child("x-kubernetes-preserve-unknown-fields").ToString(), false, "leave it out instead of setting it to false");
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
            const string Detail = "only map fits x-kubernetes-list-map-keys";
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
                errors.Required(field, $"{keyword} needs the type {wanted}");
                break;
            case var type when type != wanted:
                errors.Invalid(field, type, $"{keyword} needs the type {wanted}");
                break;
        }
    }

    private static void CheckSetItems(JsonMap items, FieldPath path, FieldErrors errors)
    {
        const string Detail = "items of a set are compared whole, so only atomic is possible";
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
            errors.Required(keysPath, "name the fields that tell the items of a map list apart");
        }

        if (schema["items"] is null)
        {
            errors.Required(path.Child("items").ToString(), "a map list needs a schema for its items");
        }
        else if (items is null)
        {
            errors.Invalid(path.Child("items").ToString(), schema["items"], "a map list takes one schema for all its items");
        }
        else if (items.Text("type") != "object")
        {
            errors.Invalid(path.Child("items").Child("type").ToString(), items.Text("type") ?? "", "items of a map list are objects");
        }
        else
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in keys)
            {
                if (items.Map("properties")?.Map(key) is not { } property)
                {
                    errors.Invalid(keysPath, schema["x-kubernetes-list-map-keys"], "every key has to be a declared property of the items");
                }
                else if (property.Text("type") is "array" or "object")
                {
                    errors.Invalid(path.Child("items").Child("properties").Key(key).Child("type").ToString(), property.Text("type"), "a key of a map list is a scalar: string, integer, number or boolean");
                }

                if (!seen.Add(key))
                {
                    errors.Invalid(keysPath, schema["x-kubernetes-list-map-keys"], "name each key once");
                }
            }
        }
    }

    private static void CheckKeyFields(string listType, JsonMap items, List<string> keys, FieldPath path, FieldErrors errors)
    {
        if (items.Flag("nullable") == true)
        {
            errors.Forbidden(path.Child("nullable").ToString(), $"items of a {listType} list are never null");
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
                errors.Required(at.Child("default").ToString(), "a key of the list: make it required, or give it a default");
            }

            if (property.Flag("nullable") == true)
            {
                errors.Forbidden(at.Child("nullable").ToString(), "a key of the list is never null");
            }
        }
    }
}
