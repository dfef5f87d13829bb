namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>What an authorizer says.</summary>
/// <param name="Allowed">Whether the request may go on.</param>
/// <param name="Reason">Why, for people; may be empty.</param>
internal readonly record struct AccessVerdict(bool Allowed, string Reason = "");
