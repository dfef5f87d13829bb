using System.CommandLine;
using System.Text.RegularExpressions;
using Ahoi.Operators;
using Ahoi.Operators.Manifests;

namespace Ahoi.Cli.Commands;

/// <summary><c>ahoi manifests</c>: what brings the operators into a cluster.</summary>
internal static partial class ManifestsCommand
{
    private const string Stdout = "-";

    public static Command Create()
    {
        var defaults = new ManifestOptions();
        var operators = OperatorRuns.Option();
        var target = new Option<string>("--output", "-o") { Description = "The folder to write to; - writes to stdout.", HelpName = "DIR", DefaultValueFactory = _ => Stdout };
        var kustomize = new Option<bool>("--kustomize") { Description = "Write a base for Kustomize." };
        var helm = new Option<bool>("--helm") { Description = "Write a Helm chart." };
        var image = new Option<string>("--image") { Description = "The image of ahoi-host.", HelpName = "NAME", DefaultValueFactory = _ => defaults.Image };
        var @namespace = new Option<string>("--namespace", "-n") { Description = "The namespace that it runs in.", HelpName = "NS", DefaultValueFactory = _ => defaults.Namespace };
        var replicas = new Option<int>("--replicas") { Description = "How many replicas run; one of them works.", HelpName = "N", DefaultValueFactory = _ => defaults.Replicas };
        var config = new Option<string?>("--config") { Description = "What holds for all customers, pools and previews: a file, which goes into a ConfigMap.", HelpName = "FILE" };
        var command = new Command("manifests", "Write what brings the operators into a cluster: definitions, access, Deployment.") { operators, target, kustomize, helm, image, @namespace, replicas, config };
        command.Validators.Add(result =>
        {
            if (result.GetValue(kustomize) && result.GetValue(helm))
            {
                result.AddError("--kustomize and --helm are two forms of the same; give one of them.");
            }

            if ((result.GetValue(kustomize) || result.GetValue(helm)) && (result.GetValue(target) ?? Stdout) == Stdout)
            {
                result.AddError($"{(result.GetValue(helm) ? "--helm" : "--kustomize")} writes several files; say where with -o DIR.");
            }

            if (result.GetResult(replicas) is { Implicit: false } && result.GetValue(replicas) is var count and (< 1 or > 20))
            {
                result.AddError($"--replicas must be from 1 to 20, not {count}.");
            }

            if (result.GetValue(@namespace) is { } name && !Label().IsMatch(name))
            {
                result.AddError($"'{name}' of --namespace is not a name of a namespace: lower-case letters, digits and dashes, 63 at most.");
            }

            if (result.GetValue(image) is { } given && !ImageName().IsMatch(given))
            {
                result.AddError($"'{given}' of --image is not a name of an image; write it as ghcr.io/you/ahoi-host:1.0.");
            }

            if (result.GetValue(config) is { } file)
            {
                try
                {
                    OperatorSettings.Read(file);
                }
                catch (FormatException exception)
                {
                    result.AddError(exception.Message);
                }
            }

            if (result.GetValue(helm) && result.GetValue(config) is not null)
            {
                result.AddError("--config has no place in a chart; write --kustomize, or plain manifests.");
            }

            if (result.GetResult(operators) is { Implicit: false } && result.GetValue(operators) is { Length: 0 })
            {
                result.AddError("--operators names none.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new ManifestOptions
            {
                Operators = parsed.GetValue(operators)!,
                Image = parsed.GetValue(image)!,
                Namespace = parsed.GetValue(@namespace)!,
                Replicas = parsed.GetValue(replicas),
                Config = parsed.GetValue(config) is { } file ? await File.ReadAllTextAsync(file, cancellationToken) : null,
            };
            var files = parsed.GetValue(helm) ? ClusterManifests.Helm(options) : parsed.GetValue(kustomize) ? ClusterManifests.Kustomize(options) : ClusterManifests.Plain(options);
            var folder = parsed.GetValue(target)!;
            if (folder == Stdout)
            {
                await parsed.InvocationConfiguration.Output.WriteAsync(string.Join("---\n", files.Select(f => f.Content)));
                return ExitCodes.Ok;
            }

            await WriteAsync(files, folder, cancellationToken);
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"ahoi: {files.Count} files are in {Path.GetFullPath(folder)}; {NextStep(folder, parsed.GetValue(helm), parsed.GetValue(kustomize), options)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string NextStep(string folder, bool helm, bool kustomize, ManifestOptions options) =>
        helm ? $"helm install ahoi {folder} --namespace {options.Namespace} --create-namespace"
        : kustomize ? $"kubectl apply --server-side -k {folder}"
        : $"kubectl apply --server-side -f {folder}";

    private static async Task WriteAsync(IReadOnlyList<ManifestFile> files, string folder, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!); // A file in a folder has one.
                await File.WriteAllTextAsync(path, file.Content, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{folder} of -o cannot be written to: {exception.Message}");
        }
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._/:-]*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$")]
    private static partial Regex ImageName();
}
