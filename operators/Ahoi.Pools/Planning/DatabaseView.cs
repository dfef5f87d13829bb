using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Pools.Planning;

/// <summary>What a pool reads of a Database: its status is all that the two operators know of each other.</summary>
internal sealed record DatabaseView(
    string Host, int Port, string Database, string SecretName, string PoolSecretName, int MaxConnections, int ReservedSlots, bool IsReady,
    string? MaintenanceId, string? MaintenancePhase)
{
    public static readonly GroupVersionKind Kind = new("internal.example.com", "v1", "Database");

    /// <summary>Gets the planned work that clients have to wait for, or <see langword="null"/>.</summary>
    public string? Work => MaintenancePhase is "Requested" or "Running" ? MaintenanceId : null;

    /// <summary>Reads a Database.</summary>
    /// <returns>What it says, or what is missing.</returns>
    public static (DatabaseView? View, string? Missing) Read(JsonMap database)
    {
        var status = database.Map("status") ?? [];
        if (status.Text("poolSecretName") is not { } poolSecret)
        {
            return (null, status.Text("secretName") is null
                ? "it says nothing of its server yet"
                : "it has no status.poolSecretName: its provider gives pools no way to look up roles");
        }

        return status.Text("host") is { } host && status.Text("database") is { } name && status.Text("secretName") is { } secret && status.Integer("maxConnections") is { } connections
            ? (new(
                host,
                (int)(status.Integer("port") ?? 5432),
                name,
                secret,
                poolSecret,
                (int)connections,
                (int)(status.Integer("reservedSlots") ?? 3),
                (status.List("conditions")?.Maps ?? []).Any(c => c.Text("type") == "Ready" && c.Text("status") == "True"),
                status.At("maintenance", "id") as string,
                status.At("maintenance", "phase") as string), null)
            : (null, "it says nothing of its server yet");
    }
}
