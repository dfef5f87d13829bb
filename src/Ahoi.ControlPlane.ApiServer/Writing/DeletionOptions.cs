using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>How a deletion is to be done: <c>metav1.DeleteOptions</c>, of the body or else of the URL.</summary>
internal sealed record DeletionOptions
{
    private static readonly GroupVersionKind Kind = new("meta.k8s.io", "v1", "DeleteOptions");

    public long? GracePeriod { get; init; }

    public string? Propagation { get; private init; }

    public bool? OrphanDependents { get; private init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public bool DryRun { get; private init; }

    /// <summary>Reads the options of a request.</summary>
    /// <exception cref="ApiException">400 or 415 for what cannot be read, 422 for what makes no sense.</exception>
    public static async ValueTask<DeletionOptions> ReadAsync(ApiRequest request)
    {
        var http = request.Http.Request;
        var query = request.Query;
        var body = http.ContentLength is 0 ? null : await ReadBodyAsync(request).ConfigureAwait(false);
        var dryRun = (body is null ? query.All("dryRun") : body.List("dryRun")?.Texts ?? []).Where(d => d.Length > 0).ToArray();
        var options = body is null
            ? new DeletionOptions
            {
                GracePeriod = query.Integer("gracePeriodSeconds"),
                Propagation = query["propagationPolicy"],
                OrphanDependents = query.OptionalFlag("orphanDependents"),
                DryRun = dryRun.Length > 0,
            }
            : new DeletionOptions
            {
                GracePeriod = body.Integer("gracePeriodSeconds"),
                Propagation = body.Text("propagationPolicy"),
                OrphanDependents = body.Flag("orphanDependents"),
                Uid = body.Map("preconditions")?.Text("uid"),
                ResourceVersion = body.Map("preconditions")?.Text("resourceVersion"),
                DryRun = dryRun.Length > 0,
            };
        Validate(options, dryRun);
        if (options is { Propagation: null, OrphanDependents: null } && request.Resource.Strategy.DefaultPropagationWarning is { } warning)
        {
            request.Warn(warning);
        }

        return options with
        {
            GracePeriod = options.GracePeriod < 0 ? 1 : options.GracePeriod,
            Propagation = options.Propagation is { Length: 0 } ? null : options.Propagation,
        };
    }

    public JsonMap ToJson()
    {
        var json = new JsonMap { ["kind"] = "DeleteOptions", ["apiVersion"] = "meta.k8s.io/v1" };
        if (GracePeriod is { } grace)
        {
            json["gracePeriodSeconds"] = grace;
        }

        if (Propagation is { } propagation)
        {
            json["propagationPolicy"] = propagation;
        }

        if (DryRun)
        {
            json["dryRun"] = new JsonList(["All"]);
        }

        return json;
    }

    private static async ValueTask<JsonMap?> ReadBodyAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadMapAsync(request.Http.Request, null, protobuf: true).ConfigureAwait(false);
        if (body is null)
        {
            return null;
        }

        if (body.Text("kind") is { Length: > 0 } kind && kind != "DeleteOptions")
        {
            throw ApiErrors.BadRequest($"A deletion takes DeleteOptions, not {kind}.");
        }

        body["kind"] = "DeleteOptions";
        body["apiVersion"] = "v1";
        BodyDecoder.Decode(body, Schemas.BuiltInSchemas.Find(new("", "v1", "DeleteOptions")), custom: false, faults: null);
        return body;
    }

    private static void Validate(DeletionOptions options, string[] dryRun)
    {
        var errors = new FieldErrors();
        if (options is { OrphanDependents: not null, Propagation: not null })
        {
            errors.Invalid("propagationPolicy", options.Propagation, "orphanDependents and deletionPropagation cannot be both set");
        }

        if (options.Propagation is { Length: > 0 } policy and not ("Orphan" or "Background" or "Foreground"))
        {
            errors.NotSupported("propagationPolicy", policy, "Foreground", "Background", "Orphan", "nil");
        }

        foreach (var value in dryRun.Where(d => d != "All"))
        {
            errors.NotSupported("dryRun", value, "All");
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(Kind, "", errors);
        }
    }
}
