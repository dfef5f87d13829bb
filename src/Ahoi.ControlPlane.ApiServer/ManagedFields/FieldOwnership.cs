using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.ManagedFields;

/// <summary>
/// Keeps <c>metadata.managedFields</c>: who owns which field after an update, and what server-side apply makes of an
/// object. One instance serves one version of one resource and one of its subresources; it is safe for concurrent use.
/// </summary>
/// <param name="scope">What it serves.</param>
internal sealed class FieldOwnership(OwnershipScope scope)
{
    /// <summary>
    /// Takes the decoded managed fields of an object that a client sent for creation or update, where they must not be
    /// kept when they are not valid, and tracks what the client changed.
    /// </summary>
    /// <param name="live">The stored object at this version; an empty object (apiVersion and kind only) for a creation.</param>
    /// <param name="changed">The new object after defaulting and admission; its managed fields are replaced.</param>
    /// <param name="manager">The field manager: the parameter, or <see cref="ManagerFromUserAgent"/>.</param>
    /// <param name="now">The time of the request.</param>
    public void Update(JsonMap live, JsonMap changed, string manager, DateTimeOffset now) =>
        throw new NotImplementedException(scope + manager + now + live + changed);

    /// <summary>Applies a configuration to an object.</summary>
    /// <param name="live">The stored object at this version; an empty object (apiVersion and kind only) to create one.</param>
    /// <param name="applied">The configuration as the client sent it (neither decoded nor defaulted).</param>
    /// <param name="manager">The field manager.</param>
    /// <param name="force">Whether to take fields from other managers.</param>
    /// <param name="now">The time of the request.</param>
    /// <returns>
    /// The merged object with its new managed fields, not yet decoded or defaulted; <see langword="null"/> if nothing changes, managed
    /// fields included.
    /// </returns>
    /// <exception cref="Ahoi.Api.Errors.ApiException">409 with causes of reason FieldManagerConflict; 400 for a bad configuration.</exception>
    public JsonMap? Apply(JsonMap live, JsonMap applied, string manager, bool force, DateTimeOffset now) =>
        throw new NotImplementedException(scope + manager + now + live + applied + force);

    /// <summary>Gets the manager of a request that names none: the user agent up to the first slash.</summary>
    /// <param name="userAgent">The User-Agent header.</param>
    /// <returns>The manager's name, at most 128 characters.</returns>
    public static string ManagerFromUserAgent(string userAgent)
    {
        var slash = userAgent.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? userAgent : userAgent[..slash];
        return name.Length > 128 ? name[..128] : name;
    }
}
