using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Admission.Policies;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Webhooks;

namespace Ahoi.ControlPlane.ApiServer.Admission.Webhooks;

/// <summary>The question to a webhook and the reading of its answer (<c>admission.k8s.io</c> AdmissionReview).</summary>
internal static class WebhookReview
{
    /// <summary>Makes the question.</summary>
    /// <param name="webhook">Whom it is for.</param>
    /// <param name="write">The write.</param>
    /// <param name="seen">The version that the webhook's rules name.</param>
    /// <param name="value">The new object in that version.</param>
    /// <param name="old">The stored object in that version.</param>
    public static JsonMap Ask(Webhook webhook, AdmissionWrite write, ServedResource seen, JsonMap? value, JsonMap? old)
    {
        var request = PolicyRequest.Of(write);
        if (write.IsOfResource)
        {
            request["kind"] = new JsonMap { ["group"] = seen.Group, ["version"] = seen.Version, ["kind"] = seen.Kind };
        }

        request["resource"] = new JsonMap { ["group"] = seen.Group, ["version"] = seen.Version, ["resource"] = seen.Plural };
        request["object"] = value;
        request["oldObject"] = old;
        return new() { ["kind"] = "AdmissionReview", ["apiVersion"] = $"admission.k8s.io/{webhook.ReviewVersion}", ["request"] = request };
    }

    /// <summary>Reads the answer.</summary>
    /// <returns>The answer's response.</returns>
    /// <exception cref="WebhookException">It is no answer to the question.</exception>
    public static JsonMap Read(Webhook webhook, JsonMap review, JsonMap answer, bool mayPatch)
    {
        var version = review.Text("apiVersion")!;
        if (answer.Text("kind") != "AdmissionReview" || answer.Text("apiVersion") != version)
        {
            throw Invalid($"expected webhook response of {version}, Kind=AdmissionReview, got {answer.Text("apiVersion")}, Kind={answer.Text("kind")}");
        }

        if (answer.Map("response") is not { } response)
        {
            throw Invalid("webhook response was absent");
        }

        var uid = review.Map("request")!.Text("uid");
        if (webhook.ReviewVersion == "v1" && response.Text("uid") != uid)
        {
            throw Invalid($"expected response.uid=\"{uid}\", got \"{response.Text("uid")}\"");
        }

        var (patch, type) = (response.Text("patch") ?? "", response.Text("patchType") ?? "");
        if (mayPatch && webhook.ReviewVersion == "v1" && (patch.Length > 0) != (type.Length > 0))
        {
            throw Invalid(patch.Length > 0 ? "webhook returned response.patch but not response.patchType" : "webhook returned response.patchType but not response.patch");
        }

        if (type is not ("" or "JSONPatch"))
        {
            throw Invalid($"webhook returned invalid response.patchType of \"{type}\"");
        }

        return response;
    }

    /// <summary>Makes the refusal that a webhook has asked for.</summary>
    public static ApiException Refusal(Webhook webhook, JsonMap response)
    {
        var result = response.Map("status") ?? [];
        var by = $"admission webhook \"{webhook.Name}\" denied the request";
        var why = result.Text("message") is { Length: > 0 } message ? $"{by}: {message}"
            : result.Text("reason") is { Length: > 0 } reason ? $"{by}: {reason}"
            : $"{by} without explanation";
        var code = (int)(result.Integer("code") ?? 0);
        var status = result.DeepClone();
        status["message"] = why;
        status["code"] = code < 400 ? 400 : code;
        status["status"] = "Failure";
        status["kind"] = "Status";
        status["apiVersion"] = "v1";
        return new(ApiStatus.FromJson(status));
    }

    private static WebhookException Invalid(string why) => new($"received invalid webhook response: {why}");
}
