namespace Ahoi.ControlPlane.Node.Images;

/// <summary>A root filesystem that containers run in, and how.</summary>
/// <param name="Name">The full name, as in <c>docker.io/library/postgres:17</c>, or <c>host</c>.</param>
/// <param name="Id">What tells its content from any other's, as in <c>sha256:...</c>.</param>
/// <param name="RootFolder">The folder with the root filesystem; <c>/</c> for the host's own.</param>
/// <param name="Config">How it is run.</param>
public sealed record Image(string Name, string Id, string RootFolder, ImageConfig Config);
