using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Keeps owner references apart.</summary>
internal static class OwnerReferences
{
    /// <summary>Drops owner references that are there twice, and warns of them.</summary>
    public static void Deduplicate(ApiRequest request, JsonMap value)
    {
        if (value.Map("metadata")?.List("ownerReferences") is not { Count: > 1 } owners)
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < owners.Count; i++)
        {
            if (owners[i] is JsonMap owner && !seen.Add(JsonTree.ToText(owner)))
            {
                request.Warn($".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {owner.Text("uid")}");
                owners.RemoveAt(i--);
            }
        }
    }
}
