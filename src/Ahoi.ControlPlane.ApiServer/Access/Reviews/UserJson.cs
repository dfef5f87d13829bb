using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Access.Reviews;

/// <summary>A user as reviews show them: <c>authentication.k8s.io/v1 UserInfo</c>.</summary>
internal static class UserJson
{
    public static JsonMap Write(UserInfo user)
    {
        var json = new JsonMap { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            json["uid"] = user.Uid;
        }

        if (user.Groups.Count > 0)
        {
            json["groups"] = new JsonList(user.Groups);
        }

        if (user.Extra.Count > 0)
        {
            json["extra"] = user.Extra.DeepClone();
        }

        return json;
    }
}
