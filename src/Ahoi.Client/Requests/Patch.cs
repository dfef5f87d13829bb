using Ahoi.Api.Json;

namespace Ahoi.Client.Requests;

/// <summary>A change to an object, in one of the forms the API knows; an apply has its own method.</summary>
/// <param name="ContentType">The media type that names the form.</param>
/// <param name="Body">The patch itself.</param>
public readonly record struct Patch(string ContentType, RequestBody Body)
{
    internal const string ApplyType = "application/apply-patch+yaml";

    /// <summary>A JSON merge patch: what is null goes away, lists are replaced.</summary>
    /// <param name="body">The patch.</param>
    /// <returns>The patch.</returns>
    public static Patch Merge(RequestBody body) => new("application/merge-patch+json", body);

    /// <summary>A strategic merge patch, which knows the keys of lists; built-in kinds only.</summary>
    /// <param name="body">The patch.</param>
    /// <returns>The patch.</returns>
    public static Patch Strategic(RequestBody body) => new("application/strategic-merge-patch+json", body);

    /// <summary>A JSON patch: a list of operations.</summary>
    /// <param name="operations">The operations.</param>
    /// <returns>The patch.</returns>
    public static Patch Json(JsonList operations) => new("application/json-patch+json", JsonTree.ToUtf8(operations));
}
