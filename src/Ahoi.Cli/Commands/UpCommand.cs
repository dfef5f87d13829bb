using System.CommandLine;
using System.Net;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi up</c>: a local cluster, and on it whatever was asked for, until Ctrl-C.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Address and port to serve on. Port 0 takes a free one.",
            HelpName = "127.0.0.1:6443",
            CustomParser = result => ListenAddress.Parse(result.Tokens[0].Value, "--listen", 6443, result.AddError),
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 6443),
        };
        var http = new Option<bool>("--http") { Description = "Serve plain HTTP instead of TLS; for tests, on loopback only." };
        var data = new Option<string?>("--data") { Description = "Folder the cluster is kept in (default: the user's data folder).", HelpName = "DIR" };
        var ephemeral = new Option<bool>("--ephemeral") { Description = "Keep nothing: the cluster is gone when it stops." };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Where to write the kubeconfig, mode 0600 (default: DIR/kubeconfig).", HelpName = "FILE" };
        var merge = new Option<bool>("--merge") { Description = "Add the context 'ahoi' to your own kubeconfig too, and take it out at the end." };
        var components = NameLists.Create("--components", "What to run", ComponentSet.Known);
        var nodes = new Option<int>("--nodes") { Description = "How many nodes run pods, all on this machine.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var ingressHttp = Ingress("--ingress-http", "Where to serve Ingresses over HTTP (default: a free port).");
        var ingressHttps = Ingress("--ingress-https", "Where to serve Ingresses over TLS (default: a free port).");
        var hostPaths = new Option<string[]>("--host-path") { Description = "A folder that hostPath volumes may show; may be given several times.", HelpName = "DIR" };
        var images = new ImageFolderOption();
        var operators = OperatorRuns.Option();
        var tokens = new Option<string?>("--token-auth-file") { Description = "More users, as kube-apiserver's CSV: token,user,uid,\"group1,group2\".", HelpName = "FILE" };
        var demo = new Option<bool>("--demo") { Description = "Apply the example Customer and watch it converge." };
        var dashboard = new Option<IPEndPoint?>("--dashboard")
        {
            Description = "Where the dashboard is served, on this machine alone; 'none' serves none (default: a free port).",
            HelpName = "127.0.0.1:8443",
            CustomParser = result => result.Tokens[0].Value == "none" ? null : ListenAddress.Parse(result.Tokens[0].Value, "--dashboard", 0, result.AddError),
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 0),
        };
        var ready = new Option<string?>("--ready-file") { Description = "Created once the cluster answers and the chosen components run.", HelpName = "FILE" };

        var observation = new ObservationOptions();

        var command = new Command("up", "Start a local cluster and stay up until Ctrl-C.")
        {
            listen, http, data, ephemeral, kubeconfig, merge, components, nodes, ingressHttp, ingressHttps, hostPaths, operators, tokens, demo, dashboard, ready,
        };
        observation.AddTo(command);
        images.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(ephemeral) && result.GetValue(data) is not null)
            {
                result.AddError("--ephemeral keeps nothing and --data keeps everything; give one of them.");
            }

            if (result.GetResult(nodes) is { Implicit: false } && result.GetValue(nodes) is var count and (< 1 or > 64))
            {
                result.AddError($"--nodes must be from 1 to 64, not {count}; to run none, leave the node out with --components.");
            }

            if (result.GetValue(dashboard) is { } page && !IPAddress.IsLoopback(page.Address))
            {
                result.AddError($"{page.Address} of --dashboard is reached by other machines, and whoever opens the dashboard is the cluster's administrator; give 127.0.0.1 and forward the port.");
            }

            if (result.GetValue(http) && result.GetValue(listen) is { } endpoint && !IPAddress.IsLoopback(endpoint.Address))
            {
                result.AddError("--http sends tokens in the clear and is for loopback addresses only.");
            }
        });
        command.SetAction((parsed, cancellationToken) => new UpSession(
            new UpOptions
            {
                Listen = parsed.GetValue(listen)!,
                Http = parsed.GetValue(http),
                DataFolder = parsed.GetValue(data),
                Ephemeral = parsed.GetValue(ephemeral),
                KubeconfigFile = parsed.GetValue(kubeconfig),
                Merge = parsed.GetValue(merge),
                Components = parsed.GetValue(components)!,
                Nodes = parsed.GetValue(nodes),
                ImageFolder = images.Read(parsed),
                IngressHttp = parsed.GetValue(ingressHttp)!,
                IngressHttps = parsed.GetValue(ingressHttps)!,
                HostPaths = [.. (parsed.GetValue(hostPaths) ?? []).Select(Path.GetFullPath)],
                Operators = parsed.GetValue(operators)!,
                TokenAuthFile = parsed.GetValue(tokens),
                Demo = parsed.GetValue(demo),
                Dashboard = parsed.GetValue(dashboard),
                ReadyFile = parsed.GetValue(ready),
                Observe = observation.Read(parsed),
            },
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error).RunAsync(cancellationToken));
        return command;
    }

    private static Option<IPEndPoint> Ingress(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "127.0.0.1:8080",
        CustomParser = result => ListenAddress.Parse(result.Tokens[0].Value, name, 0, result.AddError),
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 0),
    };
}
