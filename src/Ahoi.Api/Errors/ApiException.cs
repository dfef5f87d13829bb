namespace Ahoi.Api.Errors;

/// <summary>A request that the API server refused or could not carry out; servers throw it to answer, clients to report.</summary>
public sealed class ApiException : Exception
{
    /// <summary>Makes an exception from what the server says.</summary>
    /// <param name="status">The Status.</param>
    /// <param name="innerException">What led to it, where something did.</param>
    public ApiException(ApiStatus status, Exception? innerException = null)
        : base(status?.Message, innerException)
    {
        ArgumentNullException.ThrowIfNull(status);
        Status = status;
    }

    /// <summary>Gets the server's answer.</summary>
    public ApiStatus Status { get; }

    /// <summary>Gets the HTTP status code.</summary>
    public int Code => Status.Code;

    /// <summary>Gets the machine-readable reason; see <see cref="StatusReason"/>.</summary>
    public string Reason => Status.Reason;

    /// <summary>Gets after how long the server allows another attempt, or <see langword="null"/> where it does not say.</summary>
    public TimeSpan? RetryAfter =>
        Status.Details?.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Gets whether the same request may succeed when it is tried again: 429, and every 5xx but 501.</summary>
    public bool IsTransient => Code is 429 or (>= 500 and not 501);
}
