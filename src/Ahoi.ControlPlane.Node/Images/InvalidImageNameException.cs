namespace Ahoi.ControlPlane.Node.Images;

/// <summary>A name of an image that is none; what Kubernetes reports as <c>InvalidImageName</c>.</summary>
/// <param name="name">The name.</param>
/// <param name="fault">What is wrong with it.</param>
public sealed class InvalidImageNameException(string name, string fault)
    : FormatException($"couldn't parse image name \"{name}\": invalid reference format: {fault}")
{
    /// <summary>Gets the name that was given.</summary>
    public string Name { get; } = name;
}
