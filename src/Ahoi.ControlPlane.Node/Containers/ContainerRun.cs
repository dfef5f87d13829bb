using System.Net;
using System.Text;
using Ahoi.Api.Json;
using Ahoi.Api.Usage;
using Ahoi.ControlPlane.Node.Cgroups;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Images.Recipes;
using Ahoi.ControlPlane.Node.Logs;
using Ahoi.ControlPlane.Node.Metrics;
using Ahoi.ControlPlane.Node.Pods;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Containers;

/// <summary>One run of a container, from the start of its program to its end.</summary>
internal sealed class ContainerRun
{
    private const int LongestMessage = 4096;
    private const int LongestLogMessage = 2048;
    private readonly IContainerHost _host;
    private readonly JsonMap _container;
    private readonly string _messageFile;
    private readonly Cgroup? _cgroup;
    private bool _deadlineKilled;

    private ContainerRun(IContainerHost host, JsonMap container, Image image, SandboxSpec sandbox, SandboxedProcess process, ContainerLog log, Cgroup? cgroup, string id, string messageFile)
    {
        (_host, _container, Image, Sandbox, Process, Log, _cgroup, Id, _messageFile) = (host, container, image, sandbox, process, log, cgroup, id, messageFile);
        StartedAt = host.Node.Time.GetUtcNow();
        Ended = EndAsync();
    }

    /// <summary>Gets the image.</summary>
    public Image Image { get; }

    /// <summary>Gets the sandbox.</summary>
    public SandboxSpec Sandbox { get; }

    /// <summary>Gets the program.</summary>
    public SandboxedProcess Process { get; }

    /// <summary>Gets what it writes.</summary>
    public ContainerLog Log { get; }

    /// <summary>Gets what tells it from other runs.</summary>
    public string Id { get; }

    /// <summary>Gets when it started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Gets how it ended, once it has.</summary>
    public Task<ContainerState.Terminated> Ended { get; }

    /// <summary>Measures what its processes have used.</summary>
    public Consumption Measure()
    {
        var (processor, memory) = (_cgroup?.Processor, _cgroup?.Memory);
        var counted = processor is null || memory is null ? ProcessTree.Measure(Process.FirstPid) : default;
        return new(processor ?? counted.Processor, memory ?? counted.Memory);
    }

    /// <summary>Starts a container's program.</summary>
    /// <exception cref="ContainerFaultException">It cannot be started as it is described.</exception>
    public static async Task<ContainerRun> StartAsync(IContainerHost host, JsonMap container, int restart, CancellationToken cancellationToken)
    {
        var node = host.Node;
        var name = container.Text("name") ?? "";
        var reference = container.Text("image") ?? "";
        var image = FindImage(node, reference);
        var user = ContainerUser.Of(host.Facts.Spec, container, image);
        var environment = new ContainerEnvironment(host.Facts, host.Sources).Of(container, image.Config.Env, host.HostName, user.Home);
        var messageFile = Path.Combine(host.Folder, "messages", $"{name}-{restart}");
        Directory.CreateDirectory(Path.GetDirectoryName(messageFile)!); // It was just put together.
        await File.WriteAllBytesAsync(messageFile, [], cancellationToken).ConfigureAwait(false);
        var working = container.Text("workingDir") is { Length: > 0 } folder ? folder : image.Config.WorkingDir is { Length: > 0 } set ? set : "/";
        var sandbox = new SandboxSpec
        {
            Root = image.RootFolder,
            User = user.User,
            Group = user.Group,
            HostName = host.HostName,
            WorkingFolder = working,
            Environment = environment,
            Hidden = node.Hidden,
            Mounts = [.. host.Mounts(container, environment), new(messageFile, container.Text("terminationMessagePath") ?? "/dev/termination-log", false)],
        };
        var command = Command(container, image, environment);
        if (command.Count == 0)
        {
            throw new ContainerFaultException("CreateContainerError", $"no command specified: neither the container {name} nor the image {image.Name} names one");
        }

        if (ExecutableSearch.Fault(sandbox, command[0]) is { } fault)
        {
            throw new ContainerFaultException("StartError", $"unable to start container process: {fault}");
        }

        var id = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");
        var resources = container.Map("resources");
        var cgroup = node.Cgroups.Make(id, Amounts.Of(resources?.Map("limits")), Amounts.Of(resources?.Map("requests")), Own(host.Facts));
        var log = new ContainerLog(LogFile(host.Folder, name, restart), node.Time);
        try
        {
            var process = await SandboxedProcess.StartAsync(
                node.Processes, node.Bubblewrap, sandbox, command,
                new("", [], [])
                {
                    Output = log.WriteOutput,
                    Error = log.WriteError,
                    Input = container.Flag("stdin") == true,
                    Terminal = container.Flag("tty") == true ? new TerminalSize(80, 24) : null,
                },
                pid => cgroup?.Add(pid),
                cancellationToken).ConfigureAwait(false);
            return new(host, container, image, sandbox, process, log, cgroup, id, messageFile);
        }
        catch (Exception exception) when (exception is ProcessStartException or IOException)
        {
            log.Dispose();
            cgroup?.Remove();
            throw new ContainerFaultException("StartError", $"failed to create the container's sandbox: {exception.Message}");
        }
        catch
        {
            log.Dispose();
            cgroup?.Remove();
            throw;
        }
    }

    /// <summary>Names the file of a run's log.</summary>
    public static string LogFile(string podFolder, string container, int restart) =>
        Path.Combine(podFolder, "logs", container, restart.ToString(System.Globalization.CultureInfo.InvariantCulture) + ".log");

    /// <summary>Asks the program to end, and ends it where it does not in time.</summary>
    /// <param name="grace">How long it has, its hook included.</param>
    /// <param name="hook">Runs the hook before, where there is one.</param>
    public async Task StopAsync(TimeSpan grace, Func<CancellationToken, Task>? hook)
    {
        var time = _host.Node.Time;
        var until = time.GetUtcNow() + grace;
        if (hook is not null && grace > TimeSpan.Zero)
        {
            using var deadline = new CancellationTokenSource(grace, time);
            await Task.WhenAny(hook(deadline.Token), Ended).ConfigureAwait(false);
        }

        if (grace > TimeSpan.Zero && !Ended.IsCompleted)
        {
            var signal = _container.Map("lifecycle")?.Text("stopSignal") ?? Image.Config.StopSignal;
            Process.Signal(Signals.Number(signal));
            // What a hook has used up is not all it gets: two seconds are the kubelet's minimum.
            var left = until - time.GetUtcNow();
            var patience = left < TimeSpan.FromSeconds(2) && hook is not null ? TimeSpan.FromSeconds(2) : left;
            if (patience > TimeSpan.Zero)
            {
                await ((Task)Ended).WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (!Ended.IsCompleted)
        {
            _deadlineKilled = true;
            Process.Kill();
        }

        await Ended.ConfigureAwait(false);
    }

    /// <summary>Gets the address that a container has for itself; one that shares the machine's network has none.</summary>
    private static IPAddress? Own(PodFacts facts) => facts.Spec.Flag("hostNetwork") == true ? null : IPAddress.Parse(facts.PodAddress);

    private static Image FindImage(NodeServices node, string reference)
    {
        try
        {
            return node.FindImage(reference) ?? throw new ContainerFaultException(
                "ErrImageNeverPull",
                $"Container image \"{reference}\" is not present with pull policy of Never; images are not pulled here: make it with "
                + (ImageRecipes.Find(reference) is { } recipe ? $"'ahoi image build {recipe.Name}'" : $"'ahoi image import {reference} FILE' or 'ahoi image build', or name one of 'ahoi image ls'"));
        }
        catch (FormatException exception)
        {
            throw new ContainerFaultException("InvalidImageName", $"Failed to apply default image tag \"{reference}\": {exception.Message}");
        }
        catch (ImageStoreException exception)
        {
            throw new ContainerFaultException("ImageInspectError", $"Failed to inspect image \"{reference}\": {exception.Message}");
        }
    }

    private static List<string> Command(JsonMap container, Image image, Dictionary<string, string> environment)
    {
        var command = container.List("command")?.Texts.ToList();
        var args = container.List("args")?.Texts.ToList();
        // As the documentation of command and args has it: a command takes the place of both of the image's.
        IEnumerable<string> all = command is { Count: > 0 }
            ? command.Concat(args ?? [])
            : image.Config.Entrypoint.Concat(args is { Count: > 0 } ? args : image.Config.Cmd);
        return [.. all.Select(a => VariableExpansion.Expand(a, environment))];
    }

    private async Task<ContainerState.Terminated> EndAsync()
    {
        var code = await Process.Exited.ConfigureAwait(false);
        code = _deadlineKilled ? 128 + Signals.Kill : code;
        Log.Dispose();
        var outOfMemory = _cgroup?.RanOutOfMemory == true && code != 0;
        _cgroup?.Remove();
        return new(
            code, outOfMemory ? "OOMKilled" : code == 0 ? "Completed" : "Error", await MessageAsync(code).ConfigureAwait(false), StartedAt, _host.Node.Time.GetUtcNow(), Id);
    }

    private async Task<string?> MessageAsync(int code)
    {
        try
        {
            var file = new FileInfo(_messageFile);
            if (file is { Exists: true, Length: > 0, LinkTarget: null })
            {
                using var stream = file.OpenRead();
                var bytes = new byte[Math.Min(file.Length, LongestMessage)];
                await stream.ReadExactlyAsync(bytes).ConfigureAwait(false);
                return Encoding.UTF8.GetString(bytes);
            }

            if (code != 0 && _container.Text("terminationMessagePolicy") == "FallbackToLogsOnError")
            {
                using var tail = new MemoryStream();
                await new LogReader(Log.FilePath, new() { TailLines = 80 }, tail).CopyAsync(null, CancellationToken.None).ConfigureAwait(false);
                var text = Encoding.UTF8.GetString(tail.GetBuffer(), 0, (int)tail.Length);
                return text.Length == 0 ? null : text[Math.Max(0, text.Length - LongestLogMessage)..];
            }
        }
        catch (IOException)
        {
            // Without a message then.
        }

        return null;
    }
}
