using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ahoi.Client.Transport;

/// <summary>What the client measures and traces; the names are listed in the docs. Names of tags follow OpenTelemetry's
/// conventions for HTTP clients where there is one.</summary>
internal static class ClientDiagnostics
{
    public const string Name = "Ahoi.Client";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("ahoi.client.requests", "{request}", "Requests to the API server by verb, resource and answer.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "ahoi.client.request.duration",
        "s",
        "How long it took until a request's answer began, by verb and answer.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    /// <summary>Gets whether anybody looks.</summary>
    public static bool IsObserved => Requests.Enabled || Durations.Enabled || Source.HasListeners();

    /// <summary>Begins the span of a request.</summary>
    public static Activity? Start(HttpRequestMessage request, RequestTarget target)
    {
        var activity = Source.StartActivity($"{request.Method.Method} {target.Template}", ActivityKind.Client);
        if (activity is not { IsAllDataRequested: true })
        {
            return activity;
        }

        var uri = request.RequestUri!; // Every request has one by the time it is sent.
        activity
            .SetTag("http.request.method", request.Method.Method)
            .SetTag("server.address", uri.Host)
            .SetTag("server.port", uri.Port)
            .SetTag("url.full", uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped))
            .SetTag("url.template", target.Template)
            .SetTag("ahoi.verb", target.Verb);
        if (target.Resource is not null)
        {
            activity.SetTag("ahoi.resource", target.Resource);
        }

        if (target.Namespace is not null)
        {
            activity.SetTag("k8s.namespace.name", target.Namespace);
        }

        return activity;
    }

    /// <summary>Ends the span of a request that was answered.</summary>
    public static void Answered(Activity? activity, RequestTarget target, HttpResponseMessage response, TimeSpan took)
    {
        var code = (int)response.StatusCode;
        Record(target, new("http.response.status_code", code), took);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("http.response.status_code", code).SetTag("network.protocol.version", response.Version.ToString());
            if (code >= 400)
            {
                activity.SetTag("error.type", code.ToString(System.Globalization.CultureInfo.InvariantCulture)).SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    /// <summary>Ends the span of a request that was not.</summary>
    public static void Failed(Activity? activity, RequestTarget target, Exception exception, TimeSpan took)
    {
        var type = exception is OperationCanceledException ? "cancelled" : exception.GetType().Name;
        Record(target, new("error.type", type), took);
        activity?.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    private static void Record(RequestTarget target, KeyValuePair<string, object?> answer, TimeSpan took)
    {
        var verb = new KeyValuePair<string, object?>("ahoi.verb", target.Verb);
        Requests.Add(1, verb, new("ahoi.resource", target.Resource ?? "none"), answer);
        Durations.Record(took.TotalSeconds, verb, answer);
    }
}
