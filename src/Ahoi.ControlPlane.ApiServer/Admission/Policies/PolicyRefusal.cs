using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Writing;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>The answers to writes that policies refuse.</summary>
internal static class PolicyRefusal
{
    /// <summary>A validating policy refuses.</summary>
    public static ApiException OfValidation(AdmissionWrite write, string policy, string binding, PolicyFinding finding)
    {
        var code = finding.Reason switch
        {
            StatusReason.Unauthorized => 401,
            StatusReason.Forbidden => 403,
            StatusReason.RequestEntityTooLarge => 413,
            _ => 422,
        };
        var message = $"ValidatingAdmissionPolicy '{policy}' with binding '{binding}' denied request: {finding.Message}";
        var refused = ApiErrors.Forbidden(write.Request.Resource.Resource, NameOf(write), message, new StatusCause("", message)).Status;
        return new(refused with { Code = code, Reason = finding.Reason });
    }

    /// <summary>Mutating policies cannot be carried out, and may not be passed over.</summary>
    /// <param name="write">The write.</param>
    /// <param name="failures">Why, at least once.</param>
    public static ApiException OfMutation(AdmissionWrite write, IReadOnlyList<(string Message, string Reason)> failures)
    {
        var refused = ApiErrors.Forbidden(
            write.Request.Resource.Resource, NameOf(write), "", [.. failures.Select(f => new StatusCause("", f.Message))]).Status;
        return new(refused with { Message = failures[0].Message, Reason = failures[0].Reason });
    }

    private static string NameOf(AdmissionWrite write) =>
        write.Name.Length > 0 ? write.Name
        : write.Value?.Metadata().Text("generateName") is { Length: > 0 } prefix ? prefix
        : "Unknown";
}
