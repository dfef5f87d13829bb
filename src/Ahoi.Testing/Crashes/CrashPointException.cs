namespace Ahoi.Testing.Crashes;

/// <summary>An operator that died at a certain write, and was started again, left the cluster otherwise than one that did not
/// die.</summary>
/// <param name="message">At which write, and what is different.</param>
/// <param name="innerException">What a wait said, where one was in vain.</param>
public sealed class CrashPointException(string message, Exception? innerException = null) : Exception(message, innerException);
