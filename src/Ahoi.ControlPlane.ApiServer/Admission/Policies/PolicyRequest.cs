using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>Describes a write as the <c>request</c> of an AdmissionReview.</summary>
internal static class PolicyRequest
{
    /// <summary>Describes a write, its objects aside.</summary>
    public static JsonMap Of(AdmissionWrite write)
    {
        var request = write.Request;
        var resource = request.Resource;
        var kind = write.Kind;
        JsonMap Kind() => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };
        JsonMap Resource() => new() { ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Plural };
        var user = new JsonMap { ["username"] = request.User.Name };
        if (request.User.Uid.Length > 0)
        {
            user["uid"] = request.User.Uid;
        }

        if (request.User.Groups.Count > 0)
        {
            user["groups"] = new JsonList(request.User.Groups);
        }

        if (request.User.Extra is { Count: > 0 } extra)
        {
            user["extra"] = extra;
        }

        var map = new JsonMap
        {
            ["uid"] = Guid.NewGuid().ToString("D"),
            ["kind"] = Kind(),
            ["resource"] = Resource(),
            ["requestKind"] = Kind(),
            ["requestResource"] = Resource(),
            ["operation"] = write.Operation,
            ["userInfo"] = user,
            ["dryRun"] = write.DryRun,
            ["options"] = write.Options,
        };
        if (write.Name.Length > 0)
        {
            map["name"] = write.Name;
        }

        if (resource.Namespaced)
        {
            map["namespace"] = request.Namespace;
        }

        if (request.Subresource is { Name: { Length: > 0 } subresource })
        {
            map["subResource"] = map["requestSubResource"] = subresource;
        }

        return map;
    }
}
