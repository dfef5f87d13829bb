using System.Text;
using Ahoi.ControlPlane.Node.Images;
using Ahoi.ControlPlane.Node.Processes;
using Ahoi.ControlPlane.Node.Sandbox;

namespace Ahoi.ControlPlane.Node.Tests.Images;

/// <summary>What an image starts, in the sandbox that a container would have.</summary>
internal sealed class ImageProcess
{
    private readonly StringBuilder _said = new();
    private SandboxedProcess _process = null!;

    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public Task<int> Exited => _process.Exited;

    public static async Task<ImageProcess> StartAsync(ProcessLoop loop, Image image, SandboxSpec spec, IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var started = new ImageProcess();
        var variables = image.Config.Env.Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
        foreach (var (name, value) in spec.Environment)
        {
            variables[name] = value;
        }

        var command = image.Config.Entrypoint.Concat(args.Count > 0 ? args : image.Config.Cmd).ToList();
        started._process = await SandboxedProcess.StartAsync(
            loop, Tools.Find("bwrap", "bubblewrap"), spec with { Root = image.RootFolder, Environment = variables }, command,
            new("", [], []) { Output = started.Hear, Error = started.Hear }, _ => { }, cancellationToken);
        return started;
    }

    public void Signal(int signal) => _process.Signal(signal);

    public void Kill() => _process.Kill();

    private void Hear(ReadOnlySpan<byte> bytes)
    {
        lock (_said)
        {
            _said.Append(Encoding.UTF8.GetString(bytes));
        }
    }
}
