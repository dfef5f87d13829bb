using Ahoi.Api.Json;

namespace Ahoi.Client.Requests;

/// <summary>How an object is deleted.</summary>
public sealed record DeleteOptions
{
    /// <summary>Gets the uid the object must have: only this incarnation is deleted.</summary>
    public string? Uid { get; init; }

    /// <summary>Gets the resource version the object must have.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Gets what becomes of what the object owns: <c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Gets how long the object may take to end, where its kind has a grace period.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>Gets whether the server does everything but store the result.</summary>
    public bool DryRun { get; init; }

    internal JsonMap ToJson()
    {
        var json = new JsonMap { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1" };
        if (Uid is not null || ResourceVersion is not null)
        {
            var preconditions = json.EnsureMap("preconditions");
            if (Uid is not null)
            {
                preconditions["uid"] = Uid;
            }

            if (ResourceVersion is not null)
            {
                preconditions["resourceVersion"] = ResourceVersion;
            }
        }

        if (PropagationPolicy is not null)
        {
            json["propagationPolicy"] = PropagationPolicy;
        }

        if (GracePeriod is { } grace)
        {
            json["gracePeriodSeconds"] = (long)Math.Ceiling(grace.TotalSeconds);
        }

        if (DryRun)
        {
            json["dryRun"] = new JsonList { "All" };
        }

        return json;
    }
}
