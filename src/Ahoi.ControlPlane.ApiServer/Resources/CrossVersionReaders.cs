using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Finds how stored objects become those built-in versions that are stored as another version.</summary>
internal static class CrossVersionReaders
{
    public static IStoredObjectReader? For(GroupVersionKind kind)
    {
        _ = kind;
        return null;
    }
}
