using System.Globalization;
using Ahoi.ControlPlane.ApiServer.Requests;

namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>Chooses the form of an answer from the Accept header.</summary>
internal static class Negotiation
{
    private const string Offered = "application/json, application/yaml";

    /// <summary>What may be asked for by <c>as</c>, <c>g</c> and <c>v</c>.</summary>
    /// <returns>What objects become, or <see langword="null"/> where the endpoint cannot do it.</returns>
    public delegate Transformation? AllowedTransformation(string kind, string group, string version);

    /// <summary>Knows what single objects and lists can be made into. Which of the two it is, is found out with the answer.</summary>
    public static Transformation? ForResources(string kind, string group, string version) => (kind, group, version) switch
    {
        ("Table", "meta.k8s.io", "v1" or "v1beta1") => Transformation.Table,
        ("PartialObjectMetadata", "meta.k8s.io", "v1" or "v1beta1") => Transformation.PartialMetadata,
        ("PartialObjectMetadataList", "meta.k8s.io", "v1" or "v1beta1") => Transformation.PartialMetadataList,
        _ => null,
    };

    /// <summary>Knows no transformations.</summary>
    public static Transformation? Nothing(string kind, string group, string version) => null;

    /// <summary>Takes any transformation: for errors, which are never transformed.</summary>
    public static Transformation? Anything(string kind, string group, string version) => Transformation.None;

    /// <summary>Chooses the form of an answer.</summary>
    /// <exception cref="Ahoi.Api.Errors.ApiException">406 if nothing fits.</exception>
    public static AnswerForm Choose(string? accept, AllowedTransformation allowed)
    {
        if (string.IsNullOrEmpty(accept) || accept is "application/json" or "*/*")
        {
            return AnswerForm.Json;
        }

        foreach (var clause in Parse(accept))
        {
            var yaml = clause.MediaType == MediaTypes.Yaml;
            if (!yaml && clause.MediaType is not (MediaTypes.Json or "*/*" or "application/*"))
            {
                continue;
            }

            if (clause.Parameter("as") is not { Length: > 0 } kind)
            {
                return new(yaml);
            }

            var version = clause.Parameter("v") ?? "";
            if (allowed(kind, clause.Parameter("g") ?? "", version) is { } transformation)
            {
                return new(yaml, transformation, kind, version);
            }
        }

        throw ApiErrors.NotAcceptable(Offered);
    }

    /// <summary>
    /// Refuses what the routes of built-in kinds refuse before they look closer: an Accept header without one of their
    /// media types spelled out. A sub-range such as <c>application/*</c> does not count.
    /// </summary>
    public static void RequireRoute(string? accept, bool watch)
    {
        if (string.IsNullOrEmpty(accept) || accept is "application/json")
        {
            return;
        }

        foreach (var part in accept.Split(','))
        {
            var semicolon = part.IndexOf(';', StringComparison.Ordinal);
            var type = (semicolon < 0 ? part : part[..semicolon]).Trim();
            if (type is "*/*" or MediaTypes.Json or MediaTypes.Yaml or MediaTypes.Protobuf or "application/cbor"
                || (watch && type is "application/cbor-seq"))
            {
                return;
            }
        }

        throw ApiErrors.Generic(406, Ahoi.Api.Errors.StatusReason.NotAcceptable, "the server was unable to respond with a content type that the client supports");
    }

    private static List<Clause> Parse(string accept)
    {
        var clauses = new List<Clause>();
        foreach (var part in accept.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var pieces = part.Split(';', StringSplitOptions.TrimEntries);
            var clause = new Clause(pieces[0].ToLowerInvariant(), pieces);
            clauses.Add(clause);
        }

        // A stable order by quality, as a client's first choice among equals is what it names first.
        return clauses.Count == 1 ? clauses : [.. clauses.OrderByDescending(c => c.Quality)];
    }

    private sealed class Clause(string mediaType, string[] pieces)
    {
        public string MediaType => mediaType;

        public double Quality =>
            Parameter("q") is { } q && double.TryParse(q, NumberStyles.Float, CultureInfo.InvariantCulture, out var quality) ? quality : 1;

        public string? Parameter(string name)
        {
            for (var i = 1; i < pieces.Length; i++)
            {
                var equals = pieces[i].IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && pieces[i].AsSpan(0, equals).Trim().SequenceEqual(name))
                {
                    return pieces[i][(equals + 1)..].Trim().Trim('"');
                }
            }

            return null;
        }
    }
}
