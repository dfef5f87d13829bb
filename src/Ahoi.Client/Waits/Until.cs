using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Client.Waits;

/// <summary>What one waits for most often; see <see cref="Requests.ApiClient.WaitUntilAsync"/>. An object that is not there
/// is <see langword="null"/>.</summary>
public static class Until
{
    /// <summary>The object is there.</summary>
    public static Func<RawObject?, bool> Exists { get; } = seen => seen is not null;

    /// <summary>The object is not there.</summary>
    public static Func<RawObject?, bool> Gone { get; } = seen => seen is null;

    /// <summary>A condition of the object's status has a status, and was set for the object's present generation where it
    /// says for which.</summary>
    /// <param name="type">The condition, as in <c>Ready</c>.</param>
    /// <param name="status">Its status.</param>
    /// <returns>What to wait for.</returns>
    public static Func<RawObject?, bool> Condition(string type, string status = "True") => seen =>
    {
        if (seen?.ToMap() is not { } map || map.Map("status") is not { } state)
        {
            return false;
        }

        var generation = map.Map("metadata")?.Integer("generation");
        return state.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == type) is { } condition
            && condition.Text("status") == status
            && (condition.Integer("observedGeneration") ?? state.Integer("observedGeneration") ?? generation) >= (generation ?? 0);
    };

    /// <summary>A field has a value: <c>Field("Running", "status", "phase")</c>.</summary>
    /// <param name="value">The value; numbers and truth values as JSON writes them, <see langword="null"/> for none.</param>
    /// <param name="path">The way to the field.</param>
    /// <returns>What to wait for.</returns>
    public static Func<RawObject?, bool> Field(string? value, params string[] path) => seen => seen is not null && Text(seen.ToMap().At(path)) == value;

    private static string? Text(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        JsonMap or JsonList => JsonTree.ToText(value),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
