using Ahoi.Api.Errors;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>The refusals of the API, each with the code, reason and details that Kubernetes gives it.</summary>
internal static class ApiErrors
{
    private static readonly StatusDetails NoDetails = new();

    public static ApiException BadRequest(string message, Exception? cause = null) =>
        new(new(400, StatusReason.BadRequest, message), cause);

    public static ApiException NotFound(GroupVersionResource resource, string name) => new(
        new(404, StatusReason.NotFound, $"{Qualified(resource)} \"{name}\" not found")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Resource },
        });

    public static ApiException AlreadyExists(GroupVersionResource resource, string name) => new(
        new(409, StatusReason.AlreadyExists, $"{Qualified(resource)} \"{name}\" already exists")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Resource },
        });

    public static ApiException Conflict(GroupVersionResource resource, string name, string why) => new(
        new(409, StatusReason.Conflict, $"The change of {Qualified(resource)} \"{name}\" is refused: {why}")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Resource },
        });

    public static ApiException Stale(GroupVersionResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; apply the change to the latest version and try again");

    public static ApiException Forbidden(GroupVersionResource resource, string name, string why, params IReadOnlyList<StatusCause> causes) => new(
        new(403, StatusReason.Forbidden, name.Length == 0 ? $"{Qualified(resource)} is forbidden: {why}" : $"{Qualified(resource)} \"{name}\" is forbidden: {why}")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Resource, Causes = causes },
        });

    public static ApiException Invalid(GroupVersionKind kind, string? name, IReadOnlyList<FieldError> errors)
    {
        var causes = errors.Select(e => e.ToCause()).ToArray();
        var listed = string.Join(", ", causes.Take(20).Select(c => $"{c.Field}: {c.Message}"));
        var qualified = kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";
        return new(new(422, StatusReason.Invalid, $"{qualified} \"{name}\" is invalid: {(causes.Length > 1 ? $"[{listed}]" : listed)}")
        {
            Details = new() { Name = name, Group = kind.Group, Kind = kind.Kind, Causes = causes },
        });
    }

    /// <summary>Makes the 404 of a path below a served group that leads nowhere.</summary>
    public static ApiException NoSuchPath() => Generic(404, StatusReason.NotFound, "the server could not find the requested resource");

    public static ApiException MethodNotAllowed() =>
        Generic(405, StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");

    public static ApiException MethodNotSupported(GroupVersionResource resource, string verb) => new(
        new(405, StatusReason.MethodNotAllowed, $"{verb} is not supported on resources of kind \"{Qualified(resource)}\"")
        {
            Details = new() { Group = resource.Group, Kind = resource.Resource },
        });

    /// <summary>Makes a refusal whose details are present and empty.</summary>
    public static ApiException Generic(int code, string reason, string message) => new(new(code, reason, message) { Details = NoDetails });

    public static ApiException NotAcceptable(string accepted) =>
        new(new(406, StatusReason.NotAcceptable, $"only the following media types are accepted: {accepted}"));

    public static ApiException UnsupportedMediaType(string accepted) =>
        new(new(415, StatusReason.UnsupportedMediaType, $"the body of the request was in an unknown format - accepted media types include: {accepted}"));

    public static ApiException TooLarge() =>
        new(new(413, StatusReason.RequestEntityTooLarge, "the request is too large: the limit is 3145728 bytes"));

    public static ApiException Gone(string message) => new(new(410, StatusReason.Expired, message));

    public static ApiException Plain(int code, string message) => new(new(code, StatusReason.Unknown, message));

    public static ApiException Internal(string message, Exception? cause = null) => new(
        new(500, StatusReason.InternalError, $"Internal error occurred: {message}") { Details = new() { Causes = [new("", message)] } }, cause);

    private static string Qualified(GroupVersionResource resource) =>
        resource.Group.Length == 0 ? resource.Resource : $"{resource.Resource}.{resource.Group}";
}
