using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>Brings parsed JSON into the form its type gives it.</summary>
internal static class ObjectDecoder
{
    /// <summary>
    /// Decodes an object of a built-in kind in place, as reading it into the Go type and writing it again would: unknown
    /// fields and nulls go, zero values come and go by <see cref="FieldPresence"/>, quantities, times and base64 become
    /// canonical. Doing it again changes nothing, so it also tidies an object the server itself has changed.
    /// </summary>
    /// <param name="value">The object; changed in place.</param>
    /// <param name="schema">The kind's type.</param>
    /// <param name="unknownFields">Collects the paths of fields that the type does not have, or <see langword="null"/>.</param>
    /// <exception cref="DecodingException">A value has the wrong type.</exception>
    public static void Decode(JsonMap value, Schema schema, ICollection<string>? unknownFields = null) =>
        new TypeDecoder(unknownFields).DecodeStruct(value, schema);

    /// <summary>
    /// Prunes an object of a custom kind in place by its structural schema: unknown fields go where they are not
    /// preserved, and the metadata of the object and of embedded resources is decoded like a built-in type. Values are
    /// not checked against the schema (that is validation's part), nulls stay (that is defaulting's part).
    /// </summary>
    /// <param name="value">The object; changed in place.</param>
    /// <param name="schema">The version's schema, or <see langword="null"/> to prune nothing but metadata.</param>
    /// <param name="unknownFields">Collects the paths of pruned fields, or <see langword="null"/>.</param>
    /// <exception cref="DecodingException">The metadata has a value of the wrong type.</exception>
    public static void Prune(JsonMap value, Schema? schema, ICollection<string>? unknownFields = null) =>
        new StructuralPruner(unknownFields).PruneObject(value, schema);
}
