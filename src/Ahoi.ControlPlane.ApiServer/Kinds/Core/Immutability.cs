using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Core;

/// <summary>The immutable flag of config maps and secrets.</summary>
internal static class Immutability
{
    /// <summary>Refuses to lift the flag, and to change data under it.</summary>
    public static void Keep(Field root, JsonMap old, params ReadOnlySpan<string> fields)
    {
        if (old.Flag("immutable") != true)
        {
            return;
        }

        if (!root["immutable"].Flag)
        {
            root["immutable"].Forbidden("field is immutable when `immutable` is set");
        }

        foreach (var field in fields)
        {
            if (!JsonTree.Equals(root[field].Map, old.Map(field) ?? []))
            {
                root[field].Forbidden("field is immutable when `immutable` is set");
            }
        }
    }
}
