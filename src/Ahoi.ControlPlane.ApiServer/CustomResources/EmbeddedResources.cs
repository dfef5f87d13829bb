using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Validates apiVersion, kind and metadata of objects embedded in others.</summary>
internal static class EmbeddedResources
{
    /// <summary>Validates every embedded object of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Collects the faults.</param>
    /// <param name="isResource">Whether the value itself is to be taken for an embedded object.</param>
    public static void Validate(object? value, ValueSchema schema, FieldPath path, FieldErrors errors, bool isResource)
    {
        switch (value)
        {
            case JsonList list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    Validate(list[i], items, path.Index(i), errors, items.EmbeddedResource);
                }

                break;
            case JsonMap map:
                if (isResource)
                {
                    ValidateResource(map, path, errors);
                }

                foreach (var (key, item) in map)
                {
                    if (schema.Properties.TryGetValue(key, out var property))
                    {
                        Validate(item, property, path.Child(key), errors, property.EmbeddedResource);
                    }
                    else if (schema.AdditionalProperties is { } additional)
                    {
                        Validate(item, additional, path.Key(key), errors, additional.EmbeddedResource);
                    }
                }

                break;
        }
    }

    private static void ValidateResource(JsonMap value, FieldPath path, FieldErrors errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            var field = path.Child(name).ToString();
            if (!value.TryGetValue(name, out var given))
            {
                errors.Required(field, "must not be empty");
            }
            else if (given is not string text)
            {
                errors.Invalid(field, given, "must be a string");
            }
            else if (text.Length == 0)
            {
                errors.Invalid(field, text, "must not be empty");
            }
            else if (name == "apiVersion" ? text.Count(c => c == '/') > 1 : !DnsNames.IsLabel1035(text.ToLowerInvariant()))
            {
                errors.Invalid(field, text, name == "apiVersion" ? "must be a version or a group and a version" : "may have mixed case, but must otherwise be a DNS label");
            }
        }

        if (value["metadata"] is JsonMap metadata)
        {
            EmbeddedMetadata.Validate(metadata, path.Child("metadata"), errors);
        }
    }
}
