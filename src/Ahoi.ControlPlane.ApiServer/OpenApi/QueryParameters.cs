namespace Ahoi.ControlPlane.ApiServer.OpenApi;

/// <summary>The query parameters of requests; kubectl looks here for what the server supports.</summary>
internal static class QueryParameters
{
    private static readonly Parameter[] Write =
    [
        new("dryRun", "string", "All: go through with everything but storing"),
        new("fieldManager", "string", "who makes the change, at most 128 characters"),
        new("fieldValidation", "string", "what becomes of unknown and duplicate fields: Ignore, Warn or Strict"),
    ];

    private static readonly Parameter[] Apply = [.. Write, new("force", "boolean", "apply: take fields from other managers")];

    private static readonly Parameter[] Delete =
    [
        new("dryRun", "string", "All: go through with everything but storing"),
        new("gracePeriodSeconds", "integer", "seconds until the object is gone"),
        new("ignoreStoreReadErrorWithClusterBreakingPotential", "boolean", "delete even what cannot be read"),
        new("orphanDependents", "boolean", "deprecated in favour of propagationPolicy"),
        new("propagationPolicy", "string", "what becomes of dependents: Orphan, Background or Foreground"),
    ];

    private static readonly Parameter[] List =
    [
        new("allowWatchBookmarks", "boolean", "watch: send bookmarks"),
        new("continue", "string", "the token of the page before"),
        new("fieldSelector", "string", "select by fields"),
        new("labelSelector", "string", "select by labels"),
        new("limit", "integer", "the most objects of one page"),
        new("resourceVersion", "string", "the version to read at or after"),
        new("resourceVersionMatch", "string", "how resourceVersion is meant: Exact or NotOlderThan"),
        new("sendInitialEvents", "boolean", "watch: begin with the objects that exist"),
        new("timeoutSeconds", "integer", "how long the request may take"),
        new("watch", "boolean", "watch for changes instead of listing"),
    ];

    private static readonly Parameter[] DeleteCollection = [.. List.Where(p => p.Name is not ("allowWatchBookmarks" or "watch")), .. Delete];

    /// <summary>Gets the parameters of a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <returns>The parameters.</returns>
    public static Parameter[] Of(string verb) => verb switch
    {
        "create" or "update" => Write,
        "patch" => Apply,
        "delete" => Delete,
        "deletecollection" => DeleteCollection,
        "list" => List,
        _ => [],
    };

    /// <summary>A query parameter.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Type">Its JSON type.</param>
    /// <param name="Description">What it is for.</param>
    public sealed record Parameter(string Name, string Type, string Description);
}
