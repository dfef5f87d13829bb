namespace Ahoi.Previews.Forges;

/// <summary>A forge that could not be told. The message is always the same for the same fault, and has nothing of what the forge
/// answered in it.</summary>
internal sealed class ForgeException(string reason, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>Gets why, in one word.</summary>
    public string Reason => reason;

    /// <summary>Gets how long the forge wants to be left alone.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
