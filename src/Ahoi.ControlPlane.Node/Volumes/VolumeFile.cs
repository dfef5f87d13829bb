namespace Ahoi.ControlPlane.Node.Volumes;

/// <summary>A file in a volume that is made of objects.</summary>
internal sealed record VolumeFile(byte[] Content, UnixFileMode Mode);
