using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ahoi.Pools;
using Ahoi.Previews;
using Ahoi.Tenancy;

namespace Ahoi.Operators;

/// <summary>What the administrator of a cluster decides for all objects of the operators, as a file says it: JSON, with comments
/// where people want them. What is left out keeps its default; what nobody knows is refused.</summary>
public sealed class OperatorSettings
{
    /// <summary>Gets what holds for all customers.</summary>
    public TenancyOptions Tenancy { get; } = new();

    /// <summary>Gets what holds for all pools.</summary>
    public PoolsOptions Pools { get; } = new();

    /// <summary>Gets what holds for all previews.</summary>
    public PreviewsOptions Previews { get; } = new();

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It cannot be read, or says something wrong; the message names file, field and value.</exception>
    public static OperatorSettings Read(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The configuration {file} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="json">The content.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It says something wrong; the message names file, field and value.</exception>
    public static OperatorSettings Parse(string json, string file)
    {
        OperatorSettings settings;
        try
        {
            settings = JsonSerializer.Deserialize(json, OperatorSettingsJson.Default.OperatorSettings) ?? throw new FormatException($"The configuration {file} is null; write {{}} where nothing is to be set.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The configuration {file} is wrong at {exception.Path}: {exception.Message}", exception);
        }

        return settings.Faults().FirstOrDefault() is { } fault ? throw new FormatException($"The configuration {file} is wrong: {fault}.") : settings;
    }

    private IEnumerable<string> Faults()
    {
        foreach (var (field, image) in new[]
        {
            ("tenancy.databaseImage", Tenancy.DatabaseImage), ("tenancy.workerImage", Tenancy.WorkerImage), ("tenancy.webhooksImage", Tenancy.WebhooksImage),
            ("tenancy.operatorNamespace", Tenancy.OperatorNamespace), ("pools.poolImage", Pools.PoolImage), ("pools.agentImage", Pools.AgentImage),
        })
        {
            if (string.IsNullOrWhiteSpace(image))
            {
                yield return $"{field} is '{image}' and must not be empty";
            }
        }

        foreach (var (field, time) in new[]
        {
            ("tenancy.workerGrace", Tenancy.WorkerGrace), ("tenancy.formerPasswordLifetime", Tenancy.FormerPasswordLifetime),
            ("previews.gitTimeout", Previews.GitTimeout), ("previews.probeTimeout", Previews.ProbeTimeout),
        })
        {
            if (time <= TimeSpan.Zero)
            {
                yield return $"{field} is '{time}' and must be longer than nothing, as in 00:10:00";
            }
        }

        foreach (var (field, port, least) in new[] { ("tenancy.webhooksPort", Tenancy.WebhooksPort, 1), ("tenancy.workerStatusPort", Tenancy.WorkerStatusPort, 0) })
        {
            if (port < least || port > ushort.MaxValue)
            {
                yield return $"{field} is '{port}' and must be from {least} to {ushort.MaxValue}";
            }
        }

        if (Previews.WebhookListen is { } listen && !IPEndPoint.TryParse(listen, out _))
        {
            yield return $"previews.webhookListen is '{listen}' and must be an address and a port, as in 0.0.0.0:8082";
        }

        if (Pools.PoolCommand is not { Count: > 0 })
        {
            yield return "pools.poolCommand is empty and must name pgbouncer's program";
        }

        if (Pools.UserId < 1)
        {
            yield return $"pools.userId is '{Pools.UserId}' and must be a user that is not root";
        }

        if (Tenancy.DatabaseProvider == Ahoi.Tenancy.Api.DatabaseProvider.Server && (Tenancy.ServerName is null || !Tenancy.Servers.ContainsKey(Tenancy.ServerName)))
        {
            yield return $"tenancy.serverName is '{Tenancy.ServerName}' and must be one of tenancy.servers ({string.Join(", ", Tenancy.Servers.Keys)}), because tenancy.databaseProvider is Server";
        }

        foreach (var (name, server) in Tenancy.Servers)
        {
            foreach (var (field, value) in new[] { ("host", server.Host), ("secretNamespace", server.SecretNamespace), ("secretName", server.SecretName) })
            {
                if (string.IsNullOrWhiteSpace(value))
                {
                    yield return $"tenancy.servers.{name}.{field} is '{value}' and must not be empty";
                }
            }

            if (server.SslMode is not ("disable" or "allow" or "prefer" or "require"))
            {
                yield return $"tenancy.servers.{name}.sslMode is '{server.SslMode}' and must be disable, allow, prefer or require: the server's authority is not known";
            }

            if (server.Port is < 1 or > ushort.MaxValue)
            {
                yield return $"tenancy.servers.{name}.port is '{server.Port}' and must be from 1 to {ushort.MaxValue}";
            }
        }
    }
}

/// <summary>How the settings look in a file, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    RespectNullableAnnotations = true,
    AllowTrailingCommas = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(OperatorSettings))]
internal sealed partial class OperatorSettingsJson : JsonSerializerContext;
