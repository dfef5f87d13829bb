using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>Shows webhooks and policies an object in the version that their rules name, and takes back what they made of it.</summary>
internal static class ObjectVersions
{
    /// <summary>Gets the version in which rules want to see the objects of a write that they match.</summary>
    public static ServedResource SeenBy(PolicyMatch match, AdmissionWrite write, ResourceSet served) =>
        (write.IsOfResource ? match.VersionOf(write, served) : null) ?? write.Request.Resource;

    /// <summary>Converts an object between two served versions.</summary>
    /// <returns>The object itself where the versions are one, else a new one.</returns>
    public static async ValueTask<JsonMap> ConvertAsync(JsonMap value, ServedResource from, ServedResource to, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(from, to) || from.ApiVersion == to.ApiVersion)
        {
            return value;
        }

        var stored = from.Reader is { } writer ? await writer.WriteAsync(value.DeepClone(), cancellationToken).ConfigureAwait(false) : value.DeepClone();
        return to.Reader is { } reader ? await reader.ReadAsync(stored, cancellationToken).ConfigureAwait(false) : stored;
    }

    /// <summary>Brings a changed object into the form of its kind, and fills in its defaults.</summary>
    /// <param name="value">The object; changed in place.</param>
    /// <param name="resource">The version it is in.</param>
    /// <param name="write">The write.</param>
    /// <param name="unknownFields">Collects what its type does not have.</param>
    /// <exception cref="DecodingException">A value has the wrong type.</exception>
    public static void Decode(JsonMap value, ServedResource resource, AdmissionWrite write, ICollection<string>? unknownFields)
    {
        if (!write.IsOfResource)
        {
            ObjectDecoder.Decode(value, SchemaOf(write, resource)!, unknownFields); // What subresources take has a built-in kind.
            return;
        }

        if (resource.IsCustom)
        {
            ObjectDecoder.Prune(value, resource.Schema);
        }
        else if (resource.Schema is { } schema)
        {
            ObjectDecoder.Decode(value, schema, unknownFields);
        }

        resource.Strategy.SetDefaults(value);
    }

    /// <summary>Gets the type of the objects of a write.</summary>
    /// <param name="write">The write.</param>
    /// <param name="resource">The version they are seen in.</param>
    public static Schema? SchemaOf(AdmissionWrite write, ServedResource resource) =>
        write.IsOfResource ? resource.Schema : BuiltInSchemas.Find(write.Kind);

    /// <summary>Puts what was made of an object in its place, so that whoever holds the object has it.</summary>
    public static void Replace(JsonMap value, JsonMap changed)
    {
        if (ReferenceEquals(value, changed))
        {
            return;
        }

        value.Clear();
        foreach (var (key, item) in changed)
        {
            value[key] = item;
        }
    }
}
