using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds;

/// <summary>
/// What most kinds do: the status belongs to its subresource, the generation counts what is outside metadata and
/// status, an update must pass what a creation passes. A kind's own strategy overrides what differs.
/// </summary>
internal class KindStrategy : IKindStrategy
{
    /// <summary>Gets whether the kind has a status subresource.</summary>
    public bool HasStatus { get; init; }

    /// <inheritdoc/>
    public bool CountsGeneration { get; init; }

    /// <inheritdoc/>
    public bool AllowsCreateOnUpdate { get; init; }

    /// <inheritdoc/>
    public bool AllowsUnconditionalUpdate { get; init; } = true;

    /// <inheritdoc/>
    public bool DeleteAnswersObject { get; init; }

    /// <inheritdoc/>
    public string DefaultPropagation { get; init; } = "Background";

    /// <inheritdoc/>
    public string? RequestWarning { get; init; }

    /// <inheritdoc/>
    public string? DefaultPropagationWarning { get; init; }

    /// <inheritdoc/>
    public NameFormat NameFormat { get; init; }

    /// <inheritdoc/>
    public virtual void SetDefaults(JsonMap value)
    {
    }

    /// <inheritdoc/>
    public virtual void PrepareCreate(JsonMap value)
    {
        if (HasStatus)
        {
            value.Remove("status");
            if (InitialStatus(value) is { } status)
            {
                value["status"] = status;
            }
        }
    }

    /// <inheritdoc/>
    public virtual void PrepareUpdate(JsonMap value, JsonMap old, string subresource)
    {
        if (!HasStatus)
        {
            return;
        }

        if (subresource == "status")
        {
            CarryOverAllBut(value, old, "status");
        }
        else
        {
            CarryOver(value, old, "status");
        }
    }

    /// <inheritdoc/>
    public virtual bool ChangesGeneration(JsonMap value, JsonMap old) =>
        CountsGeneration && !SameOutside(value, old, "apiVersion", "kind", "metadata", "status");

    /// <inheritdoc/>
    public virtual void ValidateCreate(JsonMap value, FieldErrors errors) => Validate(value, errors);

    /// <inheritdoc/>
    public virtual void ValidateUpdate(JsonMap value, JsonMap old, string subresource, FieldErrors errors)
    {
        if (subresource == "status")
        {
            ValidateStatus(value, old, errors);
        }
        else
        {
            Validate(value, errors);
            ValidateChange(value, old, errors);
        }
    }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Warnings(JsonMap value) => [];

    /// <summary>Gets the status of a new object, or <see langword="null"/> where it has none yet.</summary>
    /// <param name="value">The new object, defaults set.</param>
    /// <returns>The status.</returns>
    protected virtual JsonMap? InitialStatus(JsonMap value) => [];

    /// <summary>Finds the faults an object has by itself, new or changed.</summary>
    /// <param name="value">The object.</param>
    /// <param name="errors">Collects the faults.</param>
    protected virtual void Validate(JsonMap value, FieldErrors errors)
    {
    }

    /// <summary>Finds the changes that are not allowed.</summary>
    /// <param name="value">The object.</param>
    /// <param name="old">What is stored.</param>
    /// <param name="errors">Collects the faults.</param>
    protected virtual void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
    }

    /// <summary>Finds the faults of a status written through its subresource.</summary>
    /// <param name="value">The object.</param>
    /// <param name="old">What is stored.</param>
    /// <param name="errors">Collects the faults.</param>
    protected virtual void ValidateStatus(JsonMap value, JsonMap old, FieldErrors errors)
    {
    }

    /// <summary>Makes a field of <paramref name="value"/> what it is in <paramref name="old"/>, absence included.</summary>
    /// <param name="value">The map to change.</param>
    /// <param name="old">The map to read.</param>
    /// <param name="field">The field's name.</param>
    protected static void CarryOver(JsonMap value, JsonMap old, string field)
    {
        if (old.TryGetValue(field, out var was))
        {
            value[field] = JsonTree.DeepClone(was);
        }
        else
        {
            value.Remove(field);
        }
    }

    private static void CarryOverAllBut(JsonMap value, JsonMap old, string field)
    {
        foreach (var name in value.Keys.Concat(old.Keys).Distinct(StringComparer.Ordinal).ToArray())
        {
            if (name is not ("apiVersion" or "kind" or "metadata") && name != field)
            {
                CarryOver(value, old, name);
            }
        }
    }

    /// <summary>Gets whether two objects are the same but for the named fields.</summary>
    /// <param name="value">One object.</param>
    /// <param name="old">The other.</param>
    /// <param name="fields">Fields that do not count.</param>
    /// <returns>Whether nothing else differs.</returns>
    protected static bool SameOutside(JsonMap value, JsonMap old, params ReadOnlySpan<string> fields)
    {
        foreach (var (name, item) in value)
        {
            if (!fields.Contains(name) && !JsonTree.Equals(item, old[name]))
            {
                return false;
            }
        }

        foreach (var name in old.Keys)
        {
            if (!fields.Contains(name) && !value.ContainsKey(name) && old[name] is not null)
            {
                return false;
            }
        }

        return true;
    }
}
