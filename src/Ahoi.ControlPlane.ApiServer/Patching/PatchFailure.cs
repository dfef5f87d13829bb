using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.Patching;

/// <summary>The answers to patches that cannot be carried out.</summary>
internal static class PatchFailure
{
    /// <summary>The patch is not a patch.</summary>
    /// <param name="message">What is wrong.</param>
    /// <returns>400.</returns>
    public static ApiException Malformed(string message) => new(new(400, StatusReason.BadRequest, message));

    /// <summary>The patch does not apply to the object.</summary>
    /// <param name="message">What is wrong.</param>
    /// <returns>422 without causes.</returns>
    public static ApiException Inapplicable(string message) =>
        new(new(422, StatusReason.Invalid, message) { Details = new() });

    /// <summary>The patch has more operations than the server takes.</summary>
    /// <param name="message">What is wrong.</param>
    /// <returns>413.</returns>
    public static ApiException TooLarge(string message) => new(new(413, StatusReason.RequestEntityTooLarge, message));

    /// <summary>The patch breaks a rule of its format that the API reports without a reason.</summary>
    /// <param name="message">What is wrong.</param>
    /// <returns>500, as the API answers it.</returns>
    public static ApiException Unreasoned(string message) => new(new(500, StatusReason.Unknown, message));
}
