using System.Globalization;
using System.Net.WebSockets;
using Ahoi.Api.Errors;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.Node.Containers;
using Ahoi.ControlPlane.Node.Logs;
using Ahoi.ControlPlane.Node.Pods;
using Ahoi.ControlPlane.Node.Sandbox;
using Microsoft.AspNetCore.Http;

namespace Ahoi.ControlPlane.Node.Streams;

/// <summary>Answers what leads into the node's pods: logs, commands, ports.</summary>
internal sealed class PodStreams(PodController pods, SandboxEntry entry, string podFolder, TimeProvider time)
{
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(30);

    /// <summary>Answers a request.</summary>
    /// <exception cref="ApiException">It cannot be answered; the message says why.</exception>
    public async Task HandleAsync(HttpContext http, ObjectKey key, string uid, string subresource)
    {
        var worker = pods.Find(key, uid);
        try
        {
            switch (subresource)
            {
                case "log":
                    await WriteLogAsync(http, key, uid, worker).ConfigureAwait(false);
                    break;
                case "exec" or "attach":
                    await ConnectAsync(http, Running(worker, key, http.Request.Query["container"]), subresource == "exec").ConfigureAwait(false);
                    break;
                case "portforward":
                    await PortForwarding.HandleAsync(http, (worker ?? throw NotRunning(key)).Facts.PodAddress).ConfigureAwait(false);
                    break;
                default:
                    throw Refused(501, $"the subresource {subresource} of pods is not served by this node");
            }
        }
        catch (Exception exception) when (http.Response.HasStarted && exception is OperationCanceledException or WebSocketException or IOException or InvalidDataException or TimeoutException)
        {
            // The client is gone, or does not speak the protocol.
        }
    }

    private async Task ConnectAsync(HttpContext http, ContainerRunner container, bool execute)
    {
        if (container.Run is not { Ended.IsCompleted: false } run)
        {
            throw Refused(500, $"container not found or not running: {container.Name}");
        }

        var options = RemoteOptions.Read(http, container.Container.Flag("stdinOnce") == true);
        var command = http.Request.Query["command"].Select(c => c ?? "").ToList();
        if (execute && command.Count == 0)
        {
            throw Refused(400, "you must specify at least 1 command for the container");
        }

        if (!options.Input && !options.Output && !options.Error)
        {
            throw Refused(400, "you must specify at least 1 of stdin, stdout, stderr");
        }

        var streams = await OpenAsync(http, options).ConfigureAwait(false);
        await using var streamsEnd = streams.ConfigureAwait(false);
        var remote = new RemoteCommand(streams, options);
        await (execute ? remote.ExecuteAsync(entry, run, command, http.RequestAborted) : remote.AttachAsync(run, http.RequestAborted)).ConfigureAwait(false);
    }

    private async Task<IRemoteStreams> OpenAsync(HttpContext http, RemoteOptions options)
    {
        if (HttpUpgrade.Wants(http, "websocket"))
        {
            var version = HttpUpgrade.SubProtocols(http).FirstOrDefault(WebSocketStreams.Versions.Contains)
                ?? throw Refused(400, $"none of the WebSocket subprotocols is spoken here; there are: {string.Join(", ", WebSocketStreams.Versions)}");
            return new WebSocketStreams(await HttpUpgrade.AcceptWebSocketAsync(http, version).ConfigureAwait(false));
        }

        if (HttpUpgrade.Wants(http, "SPDY/3.1"))
        {
            http.Response.Headers["X-Stream-Protocol-Version"] = "v4.channel.k8s.io";
            var streams = new SpdyStreams(await HttpUpgrade.AcceptAsync(http, "SPDY/3.1").ConfigureAwait(false), options.Count, http.RequestAborted);
            await streams.OpenAsync(OpenPatience, time, http.RequestAborted).ConfigureAwait(false);
            return streams;
        }

        throw Refused(400, "Upgrade request required");
    }

    private async Task WriteLogAsync(HttpContext http, ObjectKey key, string uid, PodWorker? worker)
    {
        var query = http.Request.Query;
        var named = query["container"].FirstOrDefault();
        var container = worker is not null ? ContainerName(worker, named) : named is { Length: > 0 } ? named : FirstOnDisk(uid) ?? throw NotRunning(key);
        var previous = query["previous"] == "true";
        var runner = worker?.Find(container);
        var folder = Path.Combine(podFolder, uid);
        int restart;
        if (runner is not null)
        {
            // The run that comes next has its number already while the container waits; it has no log yet.
            var last = runner.Report.RestartCount;
            last = runner.Report.State is ContainerState.Waiting && last > 0 && !File.Exists(ContainerRun.LogFile(folder, container, last)) ? last - 1 : last;
            restart = previous && runner.Report.State is not ContainerState.Waiting ? last - 1 : last;
            if (previous && (restart < 0 || runner.Report.LastState is null))
            {
                throw Refused(400, $"previous terminated container \"{container}\" in pod \"{key.Name}\" not found");
            }

            if (!previous && runner.Report is { State: ContainerState.Waiting waiting, LastState: null })
            {
                throw Refused(400, $"container \"{container}\" in pod \"{key.Name}\" is waiting to start: {waiting.Reason}");
            }
        }
        else
        {
            restart = LastOnDisk(folder, container) ?? throw NotRunning(key);
        }

        var live = runner?.Run is { } run && run.Log.FilePath == ContainerRun.LogFile(folder, container, restart) ? run.Log : null;
        http.Response.StatusCode = 200;
        http.Response.ContentType = "text/plain";
        await http.Response.StartAsync(http.RequestAborted).ConfigureAwait(false);
        await new LogReader(ContainerRun.LogFile(folder, container, restart), ReadQuery(query), http.Response.Body).CopyAsync(live, http.RequestAborted).ConfigureAwait(false);
    }

    private LogQuery ReadQuery(IQueryCollection query)
    {
        DateTimeOffset? since = null;
        if (Number(query, "sinceSeconds") is { } seconds)
        {
            since = time.GetUtcNow().AddSeconds(-seconds);
        }
        else if (query["sinceTime"].FirstOrDefault() is { } text)
        {
            since = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : throw Refused(400, $"sinceTime: {text} is not a time");
        }

        return new()
        {
            Follow = query["follow"] == "true",
            Timestamps = query["timestamps"] == "true",
            TailLines = Number(query, "tailLines"),
            LimitBytes = Number(query, "limitBytes"),
            Since = since,
        };
    }

    private static long? Number(IQueryCollection query, string name) => query[name].FirstOrDefault() is not { Length: > 0 } text
        ? null
        : long.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : throw Refused(400, $"{name}: {text} is not a number");

    private string? FirstOnDisk(string uid)
    {
        var logs = Path.Combine(podFolder, uid, "logs");
        return Directory.Exists(logs) ? Directory.EnumerateDirectories(logs).Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault() : null;
    }

    private static int? LastOnDisk(string folder, string container)
    {
        var logs = Path.GetDirectoryName(ContainerRun.LogFile(folder, container, 0))!; // A log is in a folder.
        return Directory.Exists(logs)
            ? Directory.EnumerateFiles(logs, "*.log").Select(f => int.Parse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture)).Cast<int?>().Max()
            : null;
    }

    private static ContainerRunner Running(PodWorker? worker, ObjectKey key, string? name)
    {
        if (worker is null)
        {
            throw NotRunning(key);
        }

        return worker.Find(ContainerName(worker, name))!; // It was just found.
    }

    private static string ContainerName(PodWorker worker, string? name)
    {
        var names = (worker.Facts.Spec.List("containers")?.Maps ?? []).Select(c => c.Text("name") ?? "").ToList();
        if (name is { Length: > 0 })
        {
            return worker.Find(name) is not null ? name : throw Refused(400, $"container {name} is not valid for pod {worker.Facts.Name}");
        }

        return names is [var only] ? only : throw Refused(400, $"a container name must be specified for pod {worker.Facts.Name}, choose one of: [{string.Join(' ', names)}]");
    }

    private static ApiException NotRunning(ObjectKey key) => Refused(404, $"pod {key.Name} does not run on this node");

    private static ApiException Refused(int code, string message) => new(new ApiStatus(code, code switch
    {
        400 => StatusReason.BadRequest,
        404 => StatusReason.NotFound,
        501 => "NotImplemented",
        _ => StatusReason.InternalError,
    }, message));
}
