using System.Globalization;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.Api.Selectors;
using Ahoi.ControlPlane.ApiServer.Requests;
using Ahoi.ControlPlane.ApiServer.Resources;

namespace Ahoi.ControlPlane.ApiServer.Reading;

/// <summary>What a list, a watch or the deletion of a collection was asked for: <c>metav1.ListOptions</c>.</summary>
internal sealed record ListOptions
{
    // Three weeks: timers count no further than seven.
    private const long LongestTimeout = 21 * 24 * 3600;

    private static readonly GroupVersionKind Kind = new("meta.k8s.io", "", "ListOptions");

    public LabelSelector Labels { get; private init; } = LabelSelector.Everything;

    public FieldSelector Fields { get; private init; } = FieldSelector.Everything;

    /// <summary>Gets the resource version: <see langword="null"/> where it is unset, which is not the same as 0.</summary>
    public long? ResourceVersion { get; private init; }

    public string Match { get; private init; } = "";

    public long Limit { get; private init; }

    public string Continue { get; private init; } = "";

    public TimeSpan? Timeout { get; private init; }

    public bool Bookmarks { get; private init; }

    public bool? SendInitialEvents { get; private init; }

    public bool Selects => !Labels.IsEmpty || !Fields.IsEmpty;

    /// <summary>Reads the options of a request.</summary>
    /// <exception cref="ApiException">400 for what cannot be read, 422 for combinations that make no sense.</exception>
    public static ListOptions Read(RequestQuery query, ServedResource resource, bool watch)
    {
        if (ReferenceEquals(query, RequestQuery.Empty))
        {
            return new();
        }

        LabelSelector labels;
        try
        {
            labels = LabelSelector.Parse(query["labelSelector"]);
        }
        catch (FormatException exception)
        {
            throw ApiErrors.BadRequest($"The label selector cannot be read: {exception.Message}", exception);
        }

        var match = query["resourceVersionMatch"] ?? "";
        var version = query["resourceVersion"] ?? "";
        var @continue = query["continue"] ?? "";
        var timeout = query.Integer("timeoutSeconds");
        var options = new ListOptions
        {
            Labels = labels,
            Fields = FieldSelector.Parse(query["fieldSelector"], resource),
            Match = match,
            Limit = Math.Max(0, query.Integer("limit") ?? 0),
            Continue = @continue,
            Timeout = timeout is > 0 ? TimeSpan.FromSeconds(Math.Min(timeout.Value, LongestTimeout)) : null,
            Bookmarks = query.Flag("allowWatchBookmarks"),
            SendInitialEvents = query.OptionalFlag("sendInitialEvents"),
        };
        Validate(options, version, watch);
        return version.Length == 0 ? options : options with { ResourceVersion = ReadVersion(version) };
    }

    /// <summary>Reads a resource version.</summary>
    /// <exception cref="ApiException">422 if it is not a number.</exception>
    public static long ReadVersion(string text)
    {
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version <= long.MaxValue)
        {
            return (long)version;
        }

        var errors = new FieldErrors();
        errors.Invalid("resourceVersion", text, "must be a number");
        throw ApiErrors.Invalid(new("storage.k8s.io", "", "resourceVersion"), "", errors);
    }

    private static void Validate(ListOptions options, string version, bool watch)
    {
        var errors = new FieldErrors();
        if (options.SendInitialEvents is not null)
        {
            if (!watch)
            {
                errors.Forbidden("sendInitialEvents", "it is for watches only");
            }
            else if (options.Match != "NotOlderThan")
            {
                errors.Forbidden("resourceVersionMatch", "sendInitialEvents requires resourceVersionMatch to be NotOlderThan");
            }
        }

        if (options.Match.Length > 0)
        {
            if (watch && options.SendInitialEvents is null)
            {
                errors.Forbidden("resourceVersionMatch", "it is for watches only together with sendInitialEvents");
            }

            if (!watch && version.Length == 0)
            {
                errors.Forbidden("resourceVersionMatch", "it needs a resourceVersion");
            }

            if (!watch && options.Continue.Length > 0)
            {
                errors.Forbidden("resourceVersionMatch", "it may not come with a continue token");
            }

            if (options.Match is not ("Exact" or "NotOlderThan"))
            {
                errors.NotSupported("resourceVersionMatch", options.Match, "Exact", "NotOlderThan", "");
            }

            if (options.Match == "Exact" && version == "0")
            {
                errors.Forbidden("resourceVersionMatch", "Exact needs a resourceVersion other than 0");
            }
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(Kind, "", errors);
        }
    }
}
