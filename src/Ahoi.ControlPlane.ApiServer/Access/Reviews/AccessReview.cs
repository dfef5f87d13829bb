using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Access.Reviews;

/// <summary>Answers whether somebody may do something: the asker, anybody, or anybody within one namespace.</summary>
/// <param name="authorizer">Who decides.</param>
/// <param name="self">Whether the question is about the asker; otherwise <c>spec</c> says about whom.</param>
internal sealed class AccessReview(IAuthorizer authorizer, bool self) : IVirtualResource
{
    private static readonly GroupVersionKind Unnamed = new("authorization.k8s.io", "v1", "");

    public async ValueTask<JsonMap> CreateAsync(ApiRequest request, JsonMap value)
    {
        var spec = value.EnsureMap("spec");
        var errors = new FieldErrors();
        Validate(spec, request.Namespace, errors);
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(Unnamed, "", errors);
        }

        var verdict = await authorizer.AuthorizeAsync(Question(spec, self ? request.User : Subject(spec)), request.Aborted).ConfigureAwait(false);
        var status = new JsonMap { ["allowed"] = verdict.Allowed };
        if (verdict.Reason.Length > 0)
        {
            status["reason"] = verdict.Reason;
        }

        value["status"] = status;
        return value;
    }

    private void Validate(JsonMap spec, string @namespace, FieldErrors errors)
    {
        var resource = spec.Map("resourceAttributes");
        var path = spec.Map("nonResourceAttributes");
        if (resource is not null && path is not null)
        {
            errors.Invalid("spec.nonResourceAttributes", path, "give either resourceAttributes or nonResourceAttributes, not both");
        }
        else if (resource is null && path is null)
        {
            errors.Invalid("spec.resourceAttributes", null, "give either resourceAttributes or nonResourceAttributes");
        }

        if (!self && string.IsNullOrEmpty(spec.Text("user")) && spec.List("groups") is not { Count: > 0 })
        {
            errors.Invalid("spec.user", "", "give a user or at least one group");
        }

        if (@namespace.Length > 0 && (resource?.Text("namespace") ?? "") is var asked && asked != @namespace)
        {
            errors.Invalid("spec.resourceAttributes.namespace", asked, $"must be {@namespace}, the namespace of the review");
        }
    }

    private static UserInfo Subject(JsonMap spec) => new(
        spec.Text("user") ?? "", spec.Text("uid") ?? "", [.. spec.List("groups")?.Texts ?? []]);

    private static AccessRequest Question(JsonMap spec, UserInfo user) => spec.Map("nonResourceAttributes") is { } path
        ? new AccessRequest { User = user, Verb = path.Text("verb") ?? "", Path = path.Text("path") ?? "" }
        : spec.Map("resourceAttributes") is var resource
            ? new AccessRequest
            {
                User = user,
                Verb = resource!.Text("verb") ?? "",
                Group = resource.Text("group") ?? "",
                Resource = resource.Text("resource") ?? "",
                Subresource = resource.Text("subresource") ?? "",
                Namespace = resource.Text("namespace") ?? "",
                Name = resource.Text("name") ?? "",
            }
            : throw new InvalidOperationException("Validated before.");
}
