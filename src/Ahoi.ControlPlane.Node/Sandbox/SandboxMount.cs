namespace Ahoi.ControlPlane.Node.Sandbox;

/// <summary>A file or folder of the machine that a container sees.</summary>
/// <param name="Source">Where it is.</param>
/// <param name="Target">Where the container sees it: an absolute path.</param>
/// <param name="ReadOnly">Whether it cannot be changed there.</param>
internal sealed record SandboxMount(string Source, string Target, bool ReadOnly);
