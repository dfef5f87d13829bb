using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ARSoft.Tools.Net;
using ARSoft.Tools.Net.Dns;

namespace Ahoi.Previews.Tests.Records;

/// <summary>A real BIND with the zone example.com, in which the key <c>ahoi</c> may change everything and the key <c>weak</c>
/// nothing.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    public const string Secret = "c2VjcmV0IGZvciB0ZXN0cyBhbG9uZQ==";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ahoi-bind-");
    private Process? _process;

    private NameServer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public static async Task<NameServer> StartAsync()
    {
        var server = new NameServer();
        await File.WriteAllTextAsync(Path.Combine(server._folder.FullName, "zone"), """
            $TTL 60
            @ IN SOA ns.example.com. admin.example.com. 1 3600 600 86400 60
            @ IN NS ns.example.com.
            ns IN A 127.0.0.1
            """ + "\n");
        await File.WriteAllTextAsync(Path.Combine(server._folder.FullName, "named.conf"), $$"""
            options { directory "{{server._folder.FullName}}"; listen-on port {{server.Port}} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none;
                      recursion no; dnssec-validation no; notify no; };
            controls { };
            key "ahoi" { algorithm hmac-sha256; secret "{{Secret}}"; };
            key "weak" { algorithm hmac-sha256; secret "{{Secret}}"; };
            zone "example.com" { type primary; file "zone"; update-policy { grant ahoi subdomain example.com. ANY; }; };
            """);
        await server.RunAsync();
        return server;
    }

    /// <summary>Starts it; it has what it had before.</summary>
    public async Task RunAsync()
    {
        var (program, root) = ServerPrograms.Find("named", "bind9");
        var start = new ProcessStartInfo(program, ["-g", "-c", Path.Combine(_folder.FullName, "named.conf"), "-n", "1"]) { RedirectStandardError = true };
        if (root is not null)
        {
            start.Environment["LD_LIBRARY_PATH"] = string.Join(':', Directory.EnumerateDirectories($"{root}/usr/lib"));
        }

        _process = Process.Start(start)!;
        var log = new List<string>();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            log.Add(line);
            if (line.EndsWith(" running", StringComparison.Ordinal))
            {
                _ = _process.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"named does not start:\n{string.Join('\n', log)}");
    }

    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks it for records, as text.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(string name, RecordType type = RecordType.A)
    {
        using var client = new DnsClient([IPAddress.Loopback], [new TcpClientTransport(Port)], true, 5000);
        var answer = await client.ResolveAsync(DomainName.Parse(name), type, token: TestContext.Current.CancellationToken);
        return [.. answer!.AnswerRecords.Select(r => r.ToString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
        }

        _folder.Delete(recursive: true);
    }
}
