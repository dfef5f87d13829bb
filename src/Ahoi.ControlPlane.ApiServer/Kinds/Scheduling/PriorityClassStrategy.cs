using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Scheduling;

/// <summary>Priority classes.</summary>
internal sealed class PriorityClassStrategy : KindStrategy
{
    private const long HighestOfUsers = 1_000_000_000;

    public PriorityClassStrategy() => CountsGeneration = true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value) => value.Default("preemptionPolicy", "PreemptLowerPriority");

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        var name = root["metadata"]["name"];
        if (name.Text is "system-node-critical" or "system-cluster-critical")
        {
            // The server makes these two itself.
        }
        else if (name.Text.StartsWith("system-", StringComparison.Ordinal))
        {
            name.Forbidden("names with the prefix 'system-' are reserved for system use only");
        }
        else if (root["value"].Integer > HighestOfUsers)
        {
            root["value"].Forbidden($"maximum allowed value of a user defined priority is {HighestOfUsers}");
        }

        if (root["preemptionPolicy"].Has)
        {
            root["preemptionPolicy"].OneOf("Never", "PreemptLowerPriority");
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        if (root["value"].Integer != (old.Integer("value") ?? 0))
        {
            root["value"].Forbidden("may not be changed in an update");
        }

        root["preemptionPolicy"].Immutable(old["preemptionPolicy"]);
    }
}
