namespace Ahoi.ControlPlane;

/// <summary>A local cluster could not start; the message says why and what to do.</summary>
public sealed class LocalClusterException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public LocalClusterException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets whether the machine lacks a program or a right that the cluster needs; the message says how to get
    /// it.</summary>
    public bool IsMissingPrerequisite { get; init; }
}
