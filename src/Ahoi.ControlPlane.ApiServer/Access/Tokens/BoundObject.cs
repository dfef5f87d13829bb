namespace Ahoi.ControlPlane.ApiServer.Access.Tokens;

/// <summary>An object of the account's namespace that a token is bound to: when it goes, the token is void.</summary>
/// <param name="Kind">Pod, Secret or Node.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Uid">The object's uid.</param>
internal sealed record BoundObject(string Kind, string Name, string Uid);
