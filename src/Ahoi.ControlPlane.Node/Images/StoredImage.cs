namespace Ahoi.ControlPlane.Node.Images;

/// <summary>An image of an <see cref="ImageStore"/>, as <c>ahoi image ls</c> lists it.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Image">How it is run.</param>
/// <param name="Size">How many bytes its files take; images of one root filesystem share them.</param>
/// <param name="Created">When it was built or imported.</param>
/// <param name="Source">Where it comes from, as in <c>recipe postgres:17</c> or <c>app.tar</c>.</param>
public sealed record StoredImage(ImageName Name, Image Image, long Size, DateTimeOffset Created, string Source);
