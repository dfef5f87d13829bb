namespace Ahoi.Client.Requests;

/// <summary>What a server warns about while it carries a request out, a deprecated version for example.</summary>
/// <param name="Text">The warning.</param>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The request's path.</param>
public readonly record struct ApiWarning(string Text, string Method, string Path);
