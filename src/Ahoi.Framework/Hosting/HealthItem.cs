namespace Ahoi.Framework.Hosting;

/// <summary>One thing that was looked at for an operator's health.</summary>
/// <param name="Name">What was looked at, as in <c>controller/crontab</c>.</param>
/// <param name="IsHealthy">Whether it is as it should be.</param>
/// <param name="Message">How it is, for people.</param>
public sealed record HealthItem(string Name, bool IsHealthy, string Message);
