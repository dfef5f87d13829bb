using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Wire;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Brings what clients send into the form of its kind.</summary>
internal static class BodyDecoder
{
    private const int MaxNamed = 10;

    /// <summary>Reads and decodes the object in a request's body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">What becomes of unknown and repeated fields.</param>
    /// <param name="kind">The kind the body must be of.</param>
    /// <param name="schema">The kind's type.</param>
    /// <param name="custom">Whether it is a custom kind.</param>
    /// <exception cref="ApiException">400, 413 or 415.</exception>
    public static async ValueTask<JsonMap> ReadAsync(ApiRequest request, WriteOptions options, GroupVersionKind kind, Schema? schema, bool custom)
    {
        var faults = options.Ignores ? null : new List<string>();
        var value = await RequestBody.ReadMapAsync(request.Http.Request, faults, protobuf: !custom).ConfigureAwait(false) ?? [];
        if (faults is not null)
        {
            for (var i = 0; i < faults.Count; i++)
            {
                faults[i] = $"duplicate field \"{faults[i]}\"";
            }
        }

        if (custom && value.Text("apiVersion") is { Length: > 0 } version && version != kind.ApiVersion
            && version.StartsWith(kind.Group + "/", StringComparison.Ordinal) && !request.Resource.OtherVersions.ContainsKey(version))
        {
            // Nothing is known of the fields of a version that is not there.
            faults?.AddRange(value.Keys.Where(k => k is not ("apiVersion" or "kind" or "metadata")).Take(100).Select(k => $"unknown field \"{k}\""));
            Report(request, options, faults);
        }

        RequireKind(value, kind, custom);
        Decode(value, schema, custom, faults);
        Report(request, options, faults);
        return value;
    }

    /// <summary>Decodes or prunes an object.</summary>
    /// <param name="value">The object; changed in place.</param>
    /// <param name="schema">The kind's type.</param>
    /// <param name="custom">Whether it is a custom kind.</param>
    /// <param name="faults">Collects unknown fields, or <see langword="null"/>.</param>
    /// <exception cref="ApiException">400 for a value of the wrong type.</exception>
    public static void Decode(JsonMap value, Schema? schema, bool custom, List<string>? faults)
    {
        var unknown = faults is null ? null : new List<string>();
        try
        {
            if (custom)
            {
                ObjectDecoder.Prune(value, schema, unknown);
            }
            else if (schema is not null)
            {
                ObjectDecoder.Decode(value, schema, unknown);
            }
        }
        catch (DecodingException exception)
        {
            throw ApiErrors.BadRequest($"{value.Text("kind")} in the body cannot be decoded: {exception.Message}", exception);
        }

        if (faults is not null)
        {
            faults.AddRange(unknown!.Select(u => $"unknown field \"{u}\""));
        }
    }

    /// <summary>Refuses or warns of what was unknown or repeated.</summary>
    /// <exception cref="ApiException">400 under strict validation.</exception>
    public static void Report(ApiRequest request, WriteOptions options, List<string>? faults)
    {
        if (faults is null or { Count: 0 })
        {
            return;
        }

        if (options.Strict)
        {
            throw ApiErrors.BadRequest($"strict decoding error: {string.Join(", ", faults.Take(MaxNamed))}");
        }

        foreach (var fault in faults)
        {
            request.Warn(fault);
        }
    }

    /// <summary>Requires a body to be of a kind. What it leaves out is taken for granted with built-in kinds.</summary>
    /// <exception cref="ApiException">400 otherwise; 422 for another kind of a custom version.</exception>
    public static void RequireKind(JsonMap value, GroupVersionKind expected, bool custom)
    {
        RequireText(value, "kind");
        RequireText(value, "apiVersion");
        var kind = value.Text("kind") ?? "";
        var apiVersion = value.Text("apiVersion") ?? "";
        if (custom)
        {
            if (kind.Length == 0)
            {
                throw ApiErrors.BadRequest("Object 'Kind' is missing in the body.");
            }

            if (apiVersion.Length == 0)
            {
                throw ApiErrors.BadRequest("Object 'apiVersion' is missing in the body.");
            }
        }

        if (custom && kind != expected.Kind && apiVersion == expected.ApiVersion)
        {
            var errors = new FieldErrors();
            errors.Invalid("kind", kind, $"must be {expected.Kind}");
            throw ApiErrors.Invalid(expected with { Kind = kind }, value.NameOf(), errors);
        }

        if ((kind.Length > 0 && kind != expected.Kind) || (apiVersion.Length > 0 && apiVersion != expected.ApiVersion))
        {
            throw ApiErrors.BadRequest(
                $"{kind} in version \"{apiVersion}\" cannot be handled as a {expected.Kind}: the API version in the data ({apiVersion}) does not match the expected API version ({expected.ApiVersion})");
        }

        value["kind"] = expected.Kind;
        value["apiVersion"] = expected.ApiVersion;
    }

    private static void RequireText(JsonMap value, string field)
    {
        if (value[field] is not (null or string))
        {
            throw ApiErrors.BadRequest($"The field {field} must be a string.");
        }
    }
}
