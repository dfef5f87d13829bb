using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Access;
using Ahoi.ControlPlane.ApiServer.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>The way of every request: who is it, what does it want, may it, do it, and whatever goes wrong becomes a Status.</summary>
internal sealed partial class RequestPipeline(ServerParts parts, ResourceRequests resources, PathRequests paths)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await HandleAsync(http).ConfigureAwait(false);
        }
        catch (ApiException exception)
        {
            await AnswerAsync(http, exception.Status).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (BadHttpRequestException exception)
        {
            await AnswerAsync(http, new(exception.StatusCode, StatusReason.BadRequest, exception.Message)).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Connections.ConnectionResetException)
        {
            // Nobody is there to be told.
        }
#pragma warning disable CA1031 // The last boundary: whatever a request runs into, it alone fails, and the log says why.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(parts.Logger, exception, http.Request.Method, http.Request.Path.Value ?? "");
            await AnswerAsync(http, ApiErrors.Internal(exception.Message).Status).ConfigureAwait(false);
        }
    }

    private async ValueTask HandleAsync(HttpContext http)
    {
        var user = await parts.Authenticator.AuthenticateAsync(http.Request).ConfigureAwait(false);
        user = await Impersonation.ReadAsync(http.Request, user, RequireAsync).ConfigureAwait(false);
        var query = RequestQuery.Parse(http.Request.QueryString.Value);
        var info = RequestInfo.Parse(http.Request.Method, http.Request.Path.Value ?? "/", query);
        if (info is { IsResource: false, Verb: "get" or "head" } && parts.OpenPaths.TryGetValue(info.Path, out var open))
        {
            await open(http).ConfigureAwait(false);
            return;
        }

        var access = new AccessRequest
        {
            User = user,
            Verb = info.Verb,
            Path = info.IsResource ? null : info.Path,
            Group = info.Group,
            Resource = info.Resource,
            Subresource = info.Subresource,
            Namespace = info.Namespace,
            Name = info.AccessName,
        };
        await RequireAsync(access).ConfigureAwait(false);
        if (info.IsResource)
        {
            await resources.HandleAsync(http, info, query, user).ConfigureAwait(false);
        }
        else
        {
            await paths.HandleAsync(http, info, query).ConfigureAwait(false);
        }
    }

    private async ValueTask RequireAsync(AccessRequest access)
    {
        var verdict = await parts.Authorizer.AuthorizeAsync(access, CancellationToken.None).ConfigureAwait(false);
        if (!verdict.Allowed)
        {
            throw Refusal(access, verdict.Reason);
        }
    }

    private static ApiException Refusal(AccessRequest access, string reason)
    {
        var because = reason.Length == 0 ? "" : ": " + reason;
        if (access.Path is { } path)
        {
            return ApiErrors.Generic(403, StatusReason.Forbidden, $"forbidden: User \"{access.User.Name}\" cannot {access.Verb} path \"{path}\"{because}");
        }

        var resource = access.Subresource.Length == 0 ? access.Resource : $"{access.Resource}/{access.Subresource}";
        var where = access.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{access.Namespace}\"";
        return ApiErrors.Forbidden(
            new GroupVersionResource(access.Group, "", access.Resource),
            access.Name,
            $"User \"{access.User.Name}\" cannot {access.Verb} resource \"{resource}\" in API group \"{access.Group}\" {where}{because}");
    }

    private static async ValueTask AnswerAsync(HttpContext http, ApiStatus status)
    {
        if (http.Response.HasStarted)
        {
            // Too late to say what went wrong; a broken connection at least cannot be taken for the end.
            http.Abort();
            return;
        }

        http.Response.Clear();
        try
        {
            if (http.Items.TryGetValue(typeof(ApiRequest), out var item) && item is ApiRequest request)
            {
                // What was said on the way holds for a refusal too.
                AnswerWriter.AddWarnings(request);
            }

            await AnswerWriter.WriteStatusAsync(http, status).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody is there to be told.
        }
    }

    [LoggerMessage(ServerEventIds.RequestFailed, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
