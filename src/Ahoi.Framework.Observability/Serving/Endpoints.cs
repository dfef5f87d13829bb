using System.Net;
using System.Text;
using Ahoi.Framework.Hosting;
using Ahoi.Framework.Observability.Prometheus;
using Ahoi.Framework.Observability.Reconciles;
using Microsoft.AspNetCore.Http;

namespace Ahoi.Framework.Observability.Serving;

/// <summary>Answers what is asked over HTTP.</summary>
internal sealed class Endpoints(Operator @operator, ObservabilityOptions options, IEnumerable<PrometheusExporter> prometheus)
{
    private const string PlainText = "text/plain; charset=utf-8";

    private readonly PrometheusExporter? _prometheus = prometheus.FirstOrDefault();

    public Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, PlainText, "Only GET and HEAD are answered here.\n");
        }

        return context.Request.Path.Value switch
        {
            "/livez" => HealthAsync(context, @operator.CheckHealth().Live),
            "/readyz" => HealthAsync(context, @operator.CheckHealth().Ready),
            "/metrics" when _prometheus is not null => WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, _prometheus.Scrape()),
            "/debug/reconciles" => ReconcilesAsync(context),
            "/" => WriteAsync(context, StatusCodes.Status200OK, PlainText, $"/livez\n/readyz\n{(_prometheus is null ? "" : "/metrics\n")}/debug/reconciles\n"),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, PlainText, "There is no such page; / lists what there is.\n"),
        };
    }

    /// <summary>In the words of Kubernetes' own endpoints: a line per check where something is wrong or <c>?verbose</c> asks
    /// for it.</summary>
    private static Task HealthAsync(HttpContext context, IReadOnlyList<HealthItem> items)
    {
        var healthy = items.All(i => i.IsHealthy);
        context.Response.Headers.CacheControl = "no-cache";
        if (healthy && !context.Request.Query.ContainsKey("verbose"))
        {
            return WriteAsync(context, StatusCodes.Status200OK, PlainText, "ok");
        }

        var text = new StringBuilder();
        foreach (var item in items)
        {
            text.Append(item.IsHealthy ? "[+]" : "[-]").Append(item.Name).Append(item.IsHealthy ? " ok: " : " failed: ").Append(item.Message).Append('\n');
        }

        text.Append(context.Request.Path.Value.AsSpan(1)).Append(healthy ? " check passed\n" : " check failed\n");
        return WriteAsync(context, healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, PlainText, text.ToString());
    }

    private Task ReconcilesAsync(HttpContext context)
    {
        if (AccessRule.Refusal(context, options.AccessToken) is { } refusal)
        {
            if (refusal.Code == HttpStatusCode.Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
            }

            return WriteAsync(context, (int)refusal.Code, PlainText, refusal.Message + "\n");
        }

        var query = context.Request.Query;
        var answer = ReconcileJson.Of(@operator.RecentReconciles(), r => Fits(query, "kind", r.Kind.Kind) && Fits(query, "group", r.Kind.Group)
            && Fits(query, "namespace", r.Key.Namespace ?? "") && Fits(query, "name", r.Key.Name) && Fits(query, "controller", r.Controller));
        return WriteAsync(context, StatusCodes.Status200OK, "application/json", answer.ToString());
    }

    private static bool Fits(IQueryCollection query, string name, string value) =>
        !query.TryGetValue(name, out var wanted) || wanted.Any(w => string.Equals(w, value, StringComparison.Ordinal));

    private static async Task WriteAsync(HttpContext context, int code, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
