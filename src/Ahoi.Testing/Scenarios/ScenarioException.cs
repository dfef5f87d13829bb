namespace Ahoi.Testing.Scenarios;

/// <summary>An operator that was disturbed left the cluster otherwise than one that was not, or did on its way what it must
/// not.</summary>
/// <param name="message">By what it was disturbed, and what is different.</param>
/// <param name="innerException">What a wait said, where one was in vain.</param>
public sealed class ScenarioException(string message, Exception? innerException = null) : Exception(message, innerException);
