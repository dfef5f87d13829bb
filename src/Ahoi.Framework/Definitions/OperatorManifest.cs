using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Planning;

namespace Ahoi.Framework.Definitions;

/// <summary>An object that an operator needs in the cluster besides the definitions of its kinds: an admission policy, for
/// example. It is applied with them.</summary>
public sealed class OperatorManifest
{
    private readonly Lazy<JsonMap> _applied;
    private bool _hashed;

    /// <summary>Makes one of an object.</summary>
    /// <param name="value">The object, with <c>apiVersion</c>, <c>kind</c> and <c>metadata.name</c>.</param>
    /// <exception cref="ArgumentException">One of them is missing.</exception>
    public OperatorManifest(JsonMap value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
        _applied = new(() =>
        {
            var applied = value.DeepClone();
            _hashed = AppliedHash.Mark(applied);
            return applied;
        });
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

    /// <summary>The object as it is applied.</summary>
    internal JsonMap Applied => _applied.Value;

    /// <summary>Whether it is as it should be, as far as what a manager has applied tells.</summary>
    internal bool IsApplied(RawObject live, string manager)
    {
        var content = Applied.DeepClone();
        content.Remove("apiVersion");
        content.Remove("kind");
        var metadata = content.Map("metadata")!; // The constructor has looked.
        metadata.Remove("name");
        metadata.Remove("namespace");
        if (metadata.Count == 0)
        {
            content.Remove("metadata");
        }

        return ManagedEntry.Applied(live, manager) is { } owned
            && AppliedFields.FirstDifference(content, live.ToMap(), owned, defaultsAllowed: _hashed) is null;
    }

    private static string Needed(JsonMap value, string field) =>
        value.Text(field) ?? throw new ArgumentException($"The manifest has no {field}.", nameof(value));
}
