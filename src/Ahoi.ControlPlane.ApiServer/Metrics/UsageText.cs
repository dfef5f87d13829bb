using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Api.Quantities;
using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.ApiServer.Metrics;

/// <summary>Writes figures as metrics-server does.</summary>
internal static class UsageText
{
    /// <summary>Writes when a sample was taken, and over how long.</summary>
    public static void Stamp(JsonMap value, UsageSample sample)
    {
        value["timestamp"] = ApiTime.Write(sample.Time);
        value["window"] = Duration(sample.Window);
    }

    /// <summary>Writes what was used.</summary>
    public static JsonMap Of(UsageSample sample) => new()
    {
        ["cpu"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{sample.NanoCores}n")).ToString(),
        ["memory"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{sample.Memory / 1024}Ki")).ToString(),
    };

    /// <summary>Adds up what containers use of a resource.</summary>
    public static string Sum(IReadOnlyList<JsonMap> usages, string resource) =>
        usages.Select(u => Quantity.Parse(u.Text(resource) ?? "0")).Aggregate((a, b) => a + b).ToString();

    // As Go writes durations, to the millisecond: 15.077s, 1m0.5s.
    private static string Duration(TimeSpan time)
    {
        var seconds = Math.Round(time.TotalSeconds % 60, 3).ToString("0.###", CultureInfo.InvariantCulture);
        return time < TimeSpan.FromMinutes(1) ? $"{seconds}s" : string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes}m{seconds}s");
    }
}
