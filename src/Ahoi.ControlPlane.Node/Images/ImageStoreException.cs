namespace Ahoi.ControlPlane.Node.Images;

/// <summary>What was asked of an <see cref="ImageStore"/> cannot be done; the message says why and what to do.</summary>
public sealed class ImageStoreException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    public ImageStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with what it comes from.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="innerException">What it comes from.</param>
    public ImageStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
