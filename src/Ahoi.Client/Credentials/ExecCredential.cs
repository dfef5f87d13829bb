using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Credentials;

/// <summary>
/// Credentials a plugin prints. It runs when they are first needed, when they end, and once more when the server refuses
/// them; however many requests wait, it runs once.
/// </summary>
public sealed class ExecCredential : CredentialSource
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly ExecPlugin _plugin;
    private readonly TimeProvider _time;

    /// <summary>Makes a source; the plugin does not run yet.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="time">Where time comes from.</param>
    public ExecCredential(ExecPlugin plugin, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        ArgumentNullException.ThrowIfNull(time);
        _plugin = plugin;
        _time = time;
    }

    /// <inheritdoc/>
    protected override bool IsFresh(Credential credential) =>
        credential?.Expires is not { } expires || expires - Margin > _time.GetUtcNow();

    /// <inheritdoc/>
    protected override async ValueTask<Credential> FetchAsync(Credential? previous, CancellationToken cancellationToken)
    {
        using var process = Start();
        using var limit = new CancellationTokenSource(_plugin.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var complaint = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw Fault($"exited with {process.ExitCode}: {(await complaint.ConfigureAwait(false)).Trim()}");
            }

            return Read(text);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw Fault($"did not finish within {_plugin.Timeout.TotalSeconds:0} s", exception);
        }
    }

    private Process Start()
    {
        var info = new ProcessStartInfo(_plugin.Command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in _plugin.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in _plugin.Environment)
        {
            info.Environment[name] = value;
        }

        info.Environment["KUBERNETES_EXEC_INFO"] = JsonTree.ToText(Request());
        try
        {
            return Process.Start(info) ?? throw Fault("did not start");
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            throw Fault($"cannot be started: {exception.Message}. {_plugin.InstallHint}".TrimEnd(), exception);
        }
    }

    private JsonMap Request()
    {
        var spec = new JsonMap { ["interactive"] = false };
        if (_plugin.ClusterInfo is { } cluster)
        {
            spec["cluster"] = cluster.DeepClone();
        }

        return new() { ["kind"] = "ExecCredential", ["apiVersion"] = _plugin.ApiVersion, ["spec"] = spec };
    }

    private Credential Read(string text)
    {
        JsonMap answer;
        try
        {
            answer = JsonTree.ParseMap(text);
        }
        catch (JsonException exception)
        {
            throw Fault("printed something else than an ExecCredential", exception);
        }

        if (answer.Text("kind") != "ExecCredential" || answer.Text("apiVersion") != _plugin.ApiVersion)
        {
            throw Fault($"printed {answer.Text("apiVersion")} {answer.Text("kind")} instead of {_plugin.ApiVersion} ExecCredential");
        }

        var status = answer.Map("status") ?? throw Fault("printed no status");
        var token = status.Text("token");
        var certificate = status.Text("clientCertificateData");
        var key = status.Text("clientKeyData");
        if (string.IsNullOrEmpty(token) && string.IsNullOrEmpty(certificate))
        {
            throw Fault("printed neither a token nor a certificate");
        }

        try
        {
            return new()
            {
                Authorization = string.IsNullOrEmpty(token) ? null : "Bearer " + token,
                ClientCertificate = string.IsNullOrEmpty(certificate) ? null : TlsGeneration.ReadCertificate(certificate, key ?? ""),
                Expires = status.Text("expirationTimestamp") is { } expires
                    ? DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                    : null,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or FormatException)
        {
            throw Fault("printed a certificate or a time that cannot be read", exception);
        }
    }

    private TransportException Fault(string what, Exception? exception = null) =>
        new(TransportFault.NoCredentials, $"The credential plugin {_plugin.Command} {what}.", exception);
}
