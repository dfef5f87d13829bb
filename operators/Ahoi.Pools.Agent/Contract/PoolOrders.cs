using System.Globalization;
using Ahoi.Api.Json;

namespace Ahoi.Pools.Contract;

/// <summary>
/// What the operator wants of every pooler of a pool, in one Secret: the configuration, and what to do with it. The same text
/// means the same orders, so a pooler's agent compares, and nothing has to be remembered.
/// </summary>
/// <param name="Configuration">The configuration, with <see cref="AddressPlaceholder"/> and <see cref="PeerPlaceholder"/>
/// where poolers differ.</param>
/// <param name="Hash">The configuration's fingerprint.</param>
/// <param name="Databases">The databases in it.</param>
/// <param name="Cap">How many server connections each pooler may have.</param>
/// <param name="Pause">What is paused, or <see langword="null"/>.</param>
/// <param name="Reconnect">Another value asks for new server connections.</param>
internal sealed record PoolOrders(string Configuration, string Hash, IReadOnlyList<string> Databases, int Cap, PauseOrder? Pause, string Reconnect)
{
    public const string AddressPlaceholder = "%ADDRESS%";
    public const string PeerPlaceholder = "%PEER%";

    public const string ConfigurationKey = "pgbouncer.ini";
    public const string OrdersKey = "orders.json";

    /// <summary>Writes the orders beside the configuration.</summary>
    public string ToJson()
    {
        var map = new JsonMap
        {
            ["hash"] = Hash,
            ["databases"] = new JsonList(Databases.Select(d => (object?)d)),
            ["cap"] = (long)Cap,
            ["reconnect"] = Reconnect,
        };
        if (Pause is { } pause)
        {
            map["pause"] = new JsonMap
            {
                ["id"] = pause.Id,
                ["requestedAt"] = pause.RequestedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
                ["renewedAt"] = pause.RenewedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
                ["timeout"] = pause.Timeout.TotalSeconds,
                ["kill"] = pause.Kill,
            };
        }

        return map.ToString();
    }

    /// <summary>Reads orders.</summary>
    /// <exception cref="FormatException">They are not orders.</exception>
    public static PoolOrders Read(string configuration, string json)
    {
        try
        {
            var map = JsonTree.ParseMap(json);
            return new(
                configuration,
                map.Text("hash") ?? throw new FormatException("The orders have no hash."),
                [.. map.List("databases")?.OfType<string>() ?? []],
                (int)(map.Integer("cap") ?? 0),
                map.Map("pause") is { } pause ? ReadPause(pause) : null,
                map.Text("reconnect") ?? "");
        }
        catch (System.Text.Json.JsonException exception)
        {
            throw new FormatException($"The orders are not JSON: {exception.Message}", exception);
        }
    }

    private static PauseOrder ReadPause(JsonMap pause) => new(
        pause.Text("id") ?? throw new FormatException("The pause has no id."),
        DateTimeOffset.Parse(pause.Text("requestedAt")!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        DateTimeOffset.Parse(pause.Text("renewedAt")!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        TimeSpan.FromSeconds(Convert.ToDouble(pause["timeout"], CultureInfo.InvariantCulture)),
        pause.Flag("kill") == true);
}

/// <summary>A pause that the operator holds.</summary>
/// <param name="Id">What it is for.</param>
/// <param name="RequestedAt">When it was asked for, by the operator's clock.</param>
/// <param name="RenewedAt">When it was last said to hold, by the operator's clock. An agent that sees no other value for
/// longer than <paramref name="Timeout"/> and two seconds ends the pause by itself.</param>
/// <param name="Timeout">How long transactions may take to end.</param>
/// <param name="Kill">Whether those that do not are cut.</param>
internal sealed record PauseOrder(string Id, DateTimeOffset RequestedAt, DateTimeOffset RenewedAt, TimeSpan Timeout, bool Kill);
