using Ahoi.Api.Json;
using Ahoi.Framework.Access;
using Ahoi.Framework.Hosting;

namespace Guide;

internal static class Access
{
    public static AhoiBuilder Add(AhoiBuilder ahoi)
    {
        // docs: needs
        return ahoi.AddController<Site, SiteReconciler>(o => o
            .Needs("", "pods/log", "get"));    // what its kinds do not tell
        // docs: end
    }

    // docs: role
    public static JsonMap Role(Operator @operator) => AccessRules.ToClusterRole("sites", @operator.AccessRules);
    // docs: end
}
