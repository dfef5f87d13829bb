using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Framework.Definitions;

/// <summary>An object that an operator needs in the cluster besides the definitions of its kinds: an admission policy, for
/// example. It is applied with them.</summary>
public sealed class OperatorManifest
{
    /// <summary>Makes one of an object.</summary>
    /// <param name="value">The object, with <c>apiVersion</c>, <c>kind</c> and <c>metadata.name</c>.</param>
    /// <exception cref="ArgumentException">One of them is missing.</exception>
    public OperatorManifest(JsonMap value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
        Kind = GroupVersionKind.Of(Needed(value, "apiVersion"), Needed(value, "kind"));
        Key = new(value.At("metadata", "namespace") as string, value.At("metadata", "name") as string
            ?? throw new ArgumentException("The manifest has no metadata.name.", nameof(value)));
    }

    /// <summary>Gets the object.</summary>
    public JsonMap Value { get; }

    /// <summary>Gets its kind.</summary>
    public GroupVersionKind Kind { get; }

    /// <summary>Gets its name.</summary>
    public ObjectKey Key { get; }

    /// <summary>What is kept as it is here: everything but the object's name.</summary>
    internal JsonMap Content
    {
        get
        {
            var content = Value.DeepClone();
            content.Remove("apiVersion");
            content.Remove("kind");
            content.Map("metadata")!.Remove("name");
            content.Map("metadata")!.Remove("namespace");
            return content;
        }
    }

    private static string Needed(JsonMap value, string field) =>
        value.Text(field) ?? throw new ArgumentException($"The manifest has no {field}.", nameof(value));
}
