using System.Text.Json;
using Ahoi.Api.Json;

namespace Ahoi.Api.Objects;

/// <summary>Decodes the parts of an object's metadata that are read on demand.</summary>
internal static class MetadataReader
{
    public static IReadOnlyDictionary<string, string> Texts(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return TextMap.Empty;
        }

        var reader = new Utf8JsonReader(utf8);
        var entries = new List<KeyValuePair<string, string>>(8);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = PropertyNames.Get(ref reader);
            reader.Read();
            entries.Add(new(key, reader.GetString() ?? ""));
        }

        return entries.Count == 0 ? TextMap.Empty : new TextMap([.. entries]);
    }

    public static string[] List(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return [];
        }

        var reader = new Utf8JsonReader(utf8);
        var items = new List<string>(2);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            items.Add(PropertyNames.Get(ref reader));
        }

        return [.. items];
    }

    public static OwnerReference[] Owners(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return [];
        }

        var owners = new List<OwnerReference>(1);
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            owners.Add(Owner(ref reader));
        }

        return [.. owners];
    }

    private static OwnerReference Owner(ref Utf8JsonReader reader)
    {
        string apiVersion = "", kind = "", name = "", uid = "";
        bool controller = false, block = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = PropertyNames.Get(ref reader);
            reader.Read();
            switch (key)
            {
                case "apiVersion":
                    apiVersion = PropertyNames.Get(ref reader);
                    break;
                case "kind":
                    kind = PropertyNames.Get(ref reader);
                    break;
                case "name":
                    name = reader.GetString() ?? "";
                    break;
                case "uid":
                    uid = reader.GetString() ?? "";
                    break;
                case "controller":
                    controller = reader.TokenType == JsonTokenType.True;
                    break;
                case "blockOwnerDeletion":
                    block = reader.TokenType == JsonTokenType.True;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new(apiVersion, kind, name, uid) { Controller = controller, BlockOwnerDeletion = block };
    }
}
