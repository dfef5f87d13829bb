using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.ManagedFields;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>How a write is to be done: <c>metav1.CreateOptions</c>, <c>UpdateOptions</c> and <c>PatchOptions</c>.</summary>
internal sealed record WriteOptions
{
    private const int MaxManager = 128;

    public bool DryRun { get; private init; }

    /// <summary>Gets Ignore, Warn or Strict: what becomes of unknown and repeated fields.</summary>
    public string FieldValidation { get; private init; } = "Warn";

    /// <summary>Gets the field manager that was named; empty for none.</summary>
    public string NamedManager { get; private init; } = "";

    /// <summary>Gets the field manager: the named one, or the one the user agent stands for.</summary>
    public string Manager { get; private init; } = "";

    public bool Force { get; private init; }

    public bool Strict => FieldValidation == "Strict";

    public bool Ignores => FieldValidation == "Ignore";

    /// <summary>Reads the options of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="kind">CreateOptions, UpdateOptions or PatchOptions.</param>
    /// <param name="apply">Whether the request is a server-side apply.</param>
    /// <exception cref="ApiException">422 for values that are not known.</exception>
    public static WriteOptions Read(ApiRequest request, string kind, bool apply = false)
    {
        var query = request.Query;
        if (ReferenceEquals(query, RequestQuery.Empty) && !apply)
        {
            return new() { Manager = Agent(request) };
        }

        var errors = new FieldErrors();
        if (kind == "PatchOptions")
        {
            if (apply && string.IsNullOrEmpty(query["fieldManager"]))
            {
                errors.Required("fieldManager", "is required for apply patch");
            }
            else if (!apply && query["force"] is not null)
            {
                errors.Forbidden("force", "may not be specified for non-apply patch");
            }
        }

        var manager = query["fieldManager"] ?? "";
        if (manager.Length > MaxManager)
        {
            errors.Add(new(FieldErrorReason.TooLong, "fieldManager", null, $"may not be more than {MaxManager} bytes"));
        }

        if (manager.Any(char.IsControl))
        {
            errors.Invalid("fieldManager", manager, "should only contain printable characters");
        }

        // An empty value counts as none, except with patches, whose options are checked as they come.
        var dryRun = query.All("dryRun").Where(d => d.Length > 0 || kind == "PatchOptions").ToArray();
        foreach (var value in dryRun.Where(d => d != "All"))
        {
            errors.NotSupported("dryRun", value, "All");
        }

        var validation = query["fieldValidation"] ?? "";
        if (validation is not ("" or "Ignore" or "Warn" or "Strict"))
        {
            errors.NotSupported("fieldValidation", validation, "Ignore", "Strict", "Warn");
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(new GroupVersionKind("meta.k8s.io", "v1", kind), "", errors);
        }

        return new()
        {
            DryRun = dryRun.Length > 0,
            FieldValidation = validation.Length == 0 ? "Warn" : validation,
            NamedManager = manager,
            Manager = manager.Length > 0 ? manager : Agent(request),
            Force = query.Flag("force"),
        };
    }

    /// <summary>Gets the options as admission webhooks are told them.</summary>
    public JsonMap ToJson(string kind)
    {
        var json = new JsonMap { ["kind"] = kind, ["apiVersion"] = "meta.k8s.io/v1" };
        if (DryRun)
        {
            json["dryRun"] = new JsonList(["All"]);
        }

        if (NamedManager.Length > 0)
        {
            json["fieldManager"] = NamedManager;
        }

        json["fieldValidation"] = FieldValidation;
        return json;
    }

    private static string Agent(ApiRequest request) =>
        FieldOwnership.ManagerFromUserAgent(request.Http.Request.Headers.UserAgent.ToString());
}
