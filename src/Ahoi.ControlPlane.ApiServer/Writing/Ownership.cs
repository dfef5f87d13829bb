using System.Runtime.CompilerServices;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Finds the keeper of managed fields of a resource or subresource.</summary>
internal static class Ownership
{
    private static readonly ConditionalWeakTable<ServedResource, Dictionary<string, FieldOwnership>> Known = [];

    public static FieldOwnership Of(ServedResource resource, string subresource)
    {
        var keepers = Known.GetOrCreateValue(resource);
        lock (keepers)
        {
            if (!keepers.TryGetValue(subresource, out var keeper))
            {
                keepers[subresource] = keeper = new(new(resource.GroupVersionKind, resource.Schema, subresource)
                {
                    OtherVersions = resource.OtherVersions,
                    Resets = resource.IsCustom
                        ? ResetFields.OfCustom(resource.FindSubresource("status") is not null, subresource)
                        : ResetFields.Of(resource.GroupVersionKind, subresource),
                });
            }

            return keeper;
        }
    }
}
