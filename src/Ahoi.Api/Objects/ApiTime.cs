using System.Globalization;

namespace Ahoi.Api.Objects;

/// <summary>Times as the API writes them: RFC 3339, in UTC, with as many digits as the field's type says.</summary>
public static class ApiTime
{
    /// <summary>Writes a <c>Time</c>: whole seconds, as timestamps of metadata and conditions are.</summary>
    /// <param name="time">The time; what is less than a second is cut off.</param>
    /// <returns>The text, as in <c>2026-03-02T10:00:00Z</c>.</returns>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes a <c>MicroTime</c>: six digits of a second, as Leases and Events have.</summary>
    /// <param name="time">The time; what is less than a microsecond is cut off.</param>
    /// <returns>The text, as in <c>2026-03-02T10:00:00.000000Z</c>.</returns>
    public static string WriteMicro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
