using System.Collections.Concurrent;
using System.Net;

namespace Ahoi.Testing.Scenarios;

/// <summary>Stands between an operator and the API server, and disturbs requests as a plan says.</summary>
internal sealed class FaultyHandler(HttpMessageHandler inner, Func<FaultPlan> plans, TimeProvider time, Traffic traffic, Action<FaultKind, string> disturbed, Action<string> wrong)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath.TrimStart('/');
        var verb = request.RequestUri.Query.Contains("watch=", StringComparison.Ordinal) ? "WATCH" : request.Method.Method;
        if (path.Contains("/events", StringComparison.Ordinal))
        {
            return await AskAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var content = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (request.Method == HttpMethod.Delete && (content is null || content.AsSpan().IndexOf("\"uid\""u8) < 0))
        {
            wrong($"DELETE {path} names no uid, and may meet another object of that name");
        }

        var plan = plans();
        var (fault, name) = plan.Next(verb, path);
        var list = $"{request.Headers.Accept} {request.RequestUri.PathAndQuery}";
        if (fault == FaultKind.StaleList)
        {
            if (plan.Lists.TryGetValue(list, out var before))
            {
                disturbed(fault, name);
                return Json(request, HttpStatusCode.OK, new ByteArrayContent(before));
            }

            fault = FaultKind.None;
        }

        if (fault != FaultKind.None)
        {
            disturbed(fault, name);
        }

        var delay = TimeSpan.FromMilliseconds(200 + plan.Number($"delay {name}", 8000));
        switch (fault)
        {
            case FaultKind.LostRequest:
                throw new HttpRequestException(HttpRequestError.ConnectionError, "The request is lost.");
            case FaultKind.Conflict:
                return Answer(request, HttpStatusCode.Conflict, "Conflict");
            case FaultKind.Expired:
                return Answer(request, HttpStatusCode.Gone, "Expired");
            case FaultKind.TooManyRequests:
                var response = Answer(request, HttpStatusCode.TooManyRequests, "TooManyRequests");
                response.Headers.RetryAfter = new(TimeSpan.FromSeconds(1));
                return response;
            case FaultKind.ServerError:
                return Answer(request, HttpStatusCode.InternalServerError, "InternalError");
            case FaultKind.GatewayTimeout when plan.Number($"done {name}", 2) == 0:
                return Answer(request, HttpStatusCode.GatewayTimeout, "Timeout");
            case FaultKind.LateRequest:
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                break;
            case FaultKind.Duplicated:
                (await AskAsync(Copy(request, content), cancellationToken).ConfigureAwait(false)).Dispose();
                break;
        }

        var answer = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        switch (fault)
        {
            case FaultKind.LostAnswer:
                answer.Dispose();
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer is lost.");
            case FaultKind.GatewayTimeout:
                answer.Dispose();
                return Answer(request, HttpStatusCode.GatewayTimeout, "Timeout");
            case FaultKind.LateAnswer:
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                return answer;
            case FaultKind.CutWatch or FaultKind.FrozenWatch:
                var stream = new CutStream(
                    await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), plan.Number($"cut {name}", 6000), fault == FaultKind.FrozenWatch);
                var cut = new StreamContent(stream);
                cut.Headers.ContentType = answer.Content.Headers.ContentType;
                answer.Content = cut;
                return answer;
            default:
                await (verb == "GET" ? RememberAsync(plan.Lists, list, answer, cancellationToken) : Task.CompletedTask).ConfigureAwait(false);
                return answer;
        }
    }

    /// <summary>Keeps the first answer to a list.</summary>
    private static async Task RememberAsync(ConcurrentDictionary<string, byte[]> lists, string list, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != HttpStatusCode.OK || lists.ContainsKey(list))
        {
            return;
        }

        var type = answer.Content.Headers.ContentType;
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        answer.Content = new ByteArrayContent(body);
        answer.Content.Headers.ContentType = type;
        if (body.AsSpan(0, Math.Min(body.Length, 200)).IndexOf("List\""u8) >= 0)
        {
            lists.TryAdd(list, body);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var _ = traffic.Begin();
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, byte[]? content)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version };
        foreach (var header in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (content is not null)
        {
            copy.Content = new ByteArrayContent(content);
            copy.Content.Headers.ContentType = request.Content!.Headers.ContentType;
        }

        return copy;
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, HttpStatusCode code, string reason) => Json(request, code, new StringContent(
        $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{{reason}}","message":"made up","code":{{(int)code}}}"""));

    private static HttpResponseMessage Json(HttpRequestMessage request, HttpStatusCode code, HttpContent content)
    {
        content.Headers.ContentType = new("application/json");
        return new(code) { RequestMessage = request, Content = content };
    }
}
