using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>Writes the status of built-in kinds: what differs, and nothing where nothing does.</summary>
internal static class StatusPatch
{
    /// <summary>Makes an object's status what it should be.</summary>
    /// <param name="context">The reconcile.</param>
    /// <param name="value">The object as it is known.</param>
    /// <param name="wanted">The whole status.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public static async Task WriteStatusAsync(this ReconcileContext context, RawObject value, JsonMap wanted, CancellationToken cancellationToken)
    {
        var change = Difference(value.ToMap().Map("status") ?? [], wanted);
        if (change.Count == 0)
        {
            return;
        }

        try
        {
            await context.Writes.PatchAsync(value, new() { ["status"] = change }, cancellationToken, "status").ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // It is gone, and with it whoever would read its status.
        }
    }

    /// <summary>Makes the JSON merge patch (RFC 7386) that turns one map into another.</summary>
    public static JsonMap Difference(JsonMap before, JsonMap after)
    {
        var change = new JsonMap();
        foreach (var (key, value) in after)
        {
            if (value is null)
            {
                continue;
            }

            if (value is JsonMap map && before[key] is JsonMap was)
            {
                if (Difference(was, map) is { Count: > 0 } inner)
                {
                    change[key] = inner;
                }
            }
            else if (!JsonTree.Equals(before[key], value))
            {
                change[key] = JsonTree.DeepClone(value);
            }
        }

        foreach (var key in before.Keys)
        {
            if (before[key] is not null && after[key] is null)
            {
                change[key] = null;
            }
        }

        return change;
    }

    /// <summary>Sets a field unless it is zero, as the API's types leave zeros out.</summary>
    public static void SetCount(this JsonMap status, string field, long count)
    {
        if (count != 0)
        {
            status[field] = count;
        }
    }
}
