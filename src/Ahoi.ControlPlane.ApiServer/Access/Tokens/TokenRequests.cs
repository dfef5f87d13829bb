using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Admission;
using Ahoi.ControlPlane.ApiServer.Caching;
using Ahoi.ControlPlane.ApiServer.Reading;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Access.Tokens;

/// <summary>Issues tokens: <c>POST .../serviceaccounts/NAME/token</c>.</summary>
internal sealed class TokenRequests(ServiceAccountTokens tokens, AdmissionChain admission, ObjectFeed feed, ResourceRegistry registry) : ISubresourceHandler
{
    private const long DefaultSeconds = 3600;
    private const long LeastSeconds = 600;
    private const long MostSeconds = 1L << 32;

    private static readonly GroupVersionKind Kind = new("authentication.k8s.io", "v1", "TokenRequest");

    public async Task HandleAsync(ApiRequest request)
    {
        var options = WriteOptions.Read(request, "CreateOptions");
        var value = await BodyDecoder.ReadAsync(request, options, Kind, BuiltInSchemas.Find(Kind), custom: false).ConfigureAwait(false);
        await admission.AdmitAsync(request, options, value).ConfigureAwait(false);
        await feed.CatchUpAsync(request.Aborted).ConfigureAwait(false);
        var account = Find("serviceaccounts", request.Namespace, request.Name);
        var spec = value.EnsureMap("spec");
        var seconds = spec.Integer("expirationSeconds") ?? DefaultSeconds;
        RequireLifetime(seconds);
        var audiences = spec.List("audiences")?.Texts.ToArray() is { Length: > 0 } given ? given : [ServiceAccountTokens.Issuer];
        var expires = request.Now.AddSeconds(seconds);

        var uid = account.Field("metadata.uid");
        var token = tokens.Issue(new ServiceAccountIdentity(request.Namespace, request.Name, uid)
        {
            Audiences = audiences,
            Expires = expires,
            Bound = spec.Map("boundObjectRef") is { } reference ? Bind(reference, request.Namespace) : null,
        });

        value["metadata"] = new JsonMap
        {
            ["name"] = request.Name,
            ["namespace"] = request.Namespace,
            ["uid"] = uid,
            ["creationTimestamp"] = Time(request.Now),
        };
        value["spec"] = new JsonMap
        {
            ["audiences"] = new JsonList(audiences),
            ["expirationSeconds"] = seconds,
            ["boundObjectRef"] = spec["boundObjectRef"],
        };
        value["status"] = new JsonMap { ["token"] = token, ["expirationTimestamp"] = Time(expires) };
        await ObjectAnswers.WriteObjectAsync(request, 201, JsonTree.ToUtf8(value)).ConfigureAwait(false);
    }

    private static void RequireLifetime(long seconds)
    {
        if (seconds is >= LeastSeconds and <= MostSeconds)
        {
            return;
        }

        var errors = new FieldErrors();
        errors.Invalid("spec.expirationSeconds", seconds, $"a token lives {LeastSeconds} to {MostSeconds} seconds");
        throw ApiErrors.Invalid(Kind, "", errors);
    }

    private BoundObject Bind(JsonMap reference, string @namespace)
    {
        var kind = reference.Text("kind") ?? "";
        if (kind is not ("Pod" or "Secret" or "Node"))
        {
            throw new ApiException(new(400, StatusReason.BadRequest, $"A token cannot be bound to a {kind}; a Pod, a Secret or a Node will do."));
        }

        var name = reference.Text("name") ?? "";
        var found = Find(kind.ToLowerInvariant() + "s", kind == "Node" ? "" : @namespace, name);
        var uid = found.Field("metadata.uid");
        if (reference.Text("uid") is { Length: > 0 } wanted && wanted != uid)
        {
            throw ApiErrors.Conflict(new GroupVersionResource("", "v1", kind.ToLowerInvariant() + "s"), name, $"its uid is {uid}, not {wanted}");
        }

        return new BoundObject(kind, name, uid);
    }

    private CachedObject Find(string plural, string @namespace, string name)
    {
        var storage = registry.Current.Find("", "v1", plural)?.Storage;
        return storage?.Cache.Find(storage.KeyOf(@namespace, name))
            ?? throw ApiErrors.NotFound(new GroupVersionResource("", "v1", plural), name);
    }

    private static string Time(DateTimeOffset time) => ApiTime.Write(time);
}
