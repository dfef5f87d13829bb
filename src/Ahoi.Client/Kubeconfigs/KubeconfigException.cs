namespace Ahoi.Client.Kubeconfigs;

/// <summary>A kubeconfig cannot be read, or does not say what is asked of it.</summary>
public sealed class KubeconfigException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong, with the file's name.</param>
    /// <param name="innerException">What led to it.</param>
    public KubeconfigException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
