using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>Requests made as somebody else, by the Impersonate headers. Each part needs the right to impersonate it.</summary>
internal static class Impersonation
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string ServiceAccountPrefix = "system:serviceaccount:";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>Finds out as whom a request is made.</summary>
    /// <param name="request">The request.</param>
    /// <param name="user">Who really makes it.</param>
    /// <param name="requireAsync">Throws where something is not allowed.</param>
    /// <returns>The user to go on with.</returns>
    /// <exception cref="ApiException">400 where a part is given without a user, 403 where it is not allowed.</exception>
    public static async ValueTask<UserInfo> ReadAsync(HttpRequest request, UserInfo user, Func<AccessRequest, ValueTask> requireAsync)
    {
        string? name = request.Headers[UserHeader];
        if (string.IsNullOrEmpty(name))
        {
            return request.Headers.Any(h => IsPart(h.Key))
                ? throw ApiErrors.BadRequest($"The headers of an impersonation need {UserHeader} as well.")
                : user;
        }

        var target = new AccessRequest { User = user, Verb = "impersonate" };
        var groups = request.Headers[GroupHeader].OfType<string>().ToList();
        if (name.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal) && name.Split(':') is [_, _, var @namespace, var account])
        {
            await requireAsync(target with { Resource = "serviceaccounts", Namespace = @namespace, Name = account }).ConfigureAwait(false);
            if (groups.Count == 0)
            {
                groups.AddRange(["system:serviceaccounts", $"system:serviceaccounts:{@namespace}"]);
            }
        }
        else
        {
            await requireAsync(target with { Resource = "users", Name = name }).ConfigureAwait(false);
        }

        foreach (string? group in request.Headers[GroupHeader])
        {
            await requireAsync(target with { Resource = "groups", Name = group ?? "" }).ConfigureAwait(false);
        }

        string? uid = request.Headers[UidHeader];
        if (!string.IsNullOrEmpty(uid))
        {
            await requireAsync(target with { Group = AuthenticationGroup, Resource = "uids", Name = uid }).ConfigureAwait(false);
        }

        var everybody = name == UserInfo.AnonymousName ? UserInfo.UnauthenticatedGroup : UserInfo.AuthenticatedGroup;
        if (!groups.Contains(everybody))
        {
            groups.Add(everybody);
        }

        return new UserInfo(name, uid ?? "", groups)
        {
            Extra = await ReadExtraAsync(request, target, requireAsync).ConfigureAwait(false),
        };
    }

    private static async ValueTask<JsonMap> ReadExtraAsync(HttpRequest request, AccessRequest target, Func<AccessRequest, ValueTask> requireAsync)
    {
        var extra = new JsonMap();
        foreach (var (header, values) in request.Headers.Where(h => h.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            var key = Uri.UnescapeDataString(header[ExtraPrefix.Length..].ToLowerInvariant());
            foreach (var value in values)
            {
                await requireAsync(target with { Group = AuthenticationGroup, Resource = "userextras", Subresource = key, Name = value ?? "" }).ConfigureAwait(false);
                extra.EnsureList(key).Add(value ?? "");
            }
        }

        return extra;
    }

    private static bool IsPart(string header) =>
        header.Equals(GroupHeader, StringComparison.OrdinalIgnoreCase)
        || header.Equals(UidHeader, StringComparison.OrdinalIgnoreCase)
        || header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase);
}
