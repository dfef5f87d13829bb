using System.Globalization;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>Fields that are a number or a share, as in <c>25%</c>.</summary>
internal static class CountOrPercent
{
    /// <summary>Gets the number.</summary>
    /// <param name="value">The field's value.</param>
    /// <param name="total">What a share is of.</param>
    /// <param name="up">Whether a share is rounded up.</param>
    /// <returns>The number, or <see langword="null"/> where there is none.</returns>
    public static long? Of(object? value, long total, bool up) => value switch
    {
        long number => number,
        string text when text.EndsWith('%') && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) =>
            up ? ((percent * total) + 99) / 100 : percent * total / 100,
        _ => null,
    };
}
