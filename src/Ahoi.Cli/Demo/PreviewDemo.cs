using System.Diagnostics;
using System.Globalization;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Requests;

namespace Ahoi.Cli.Demo;

/// <summary>Runs a small site of a git repository, and a copy for each of its branches.</summary>
/// <param name="client">The cluster.</param>
/// <param name="output">Where to tell.</param>
internal sealed class PreviewDemo(ApiClient client, TextWriter output)
{
    private const string Space = "site";
    private const string Server = "/usr/bin/python3";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly GroupVersionResource Previews = new("preview.example.com", "v1alpha1", "previews");

    /// <summary>Makes the site, and waits until each branch answers at its own host.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        DemoRepository repository;
        try
        {
            repository = File.Exists(Server) ? await DemoRepository.MakeAsync(cancellationToken) : throw new IOException($"There is no {Server}, which serves the pages; install it (Debian package python3).");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"No previews are shown: {exception.Message}");
            return;
        }

        var started = Stopwatch.GetTimestamp();
        foreach (var (resource, value) in Objects(repository))
        {
            await client.ApplyAsync(
                resource, new ObjectKey(resource.Resource == "namespaces" ? null : Space, value.At("metadata", "name") as string ?? ""), value, "ahoi-demo", cancellationToken: cancellationToken);
        }

        var shown = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await foreach (var change in client.WatchAsync(Previews, Space, cancellationToken: limit.Token))
            {
                if (change.Object?.ToMap() is { } preview && preview.At("spec", "branch") is string branch && preview.At("status", "url") is string url)
                {
                    shown[branch] = url;
                    if (shown.Count == DemoRepository.Branches.Length)
                    {
                        break;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync($"After {Limit.TotalSeconds:0} s {shown.Count} of {DemoRepository.Branches.Length} branches answer; 'kubectl -n {Space} get previews -o wide' says why.");
        }

        await TellAsync(shown, repository, Stopwatch.GetElapsedTime(started));
    }

    private async Task TellAsync(SortedDictionary<string, string> shown, DemoRepository repository, TimeSpan time)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{shown.Count} branches of {repository.Folder} run, {time.TotalSeconds:0.0} s after their app was described:"));
        foreach (var (branch, url) in shown)
        {
            await output.WriteLineAsync($"  {branch,-10} {url}");
        }

        await output.WriteLineAsync($"Push, and look again: git clone -q -b feat/xyz {repository.Folder} /tmp/site && cd /tmp/site && echo '<h1>Ahoi</h1>' > index.html && git commit -qam ahoi && git push -q");
    }

    private static IEnumerable<(GroupVersionResource Resource, JsonMap Value)> Objects(DemoRepository repository)
    {
        yield return (new("", "v1", "namespaces"), Map("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"site"}}"""));
        var deployment = Map(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"site"},
             "spec":{"replicas":1,"selector":{"matchLabels":{"app":"site"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}},
              "template":{"metadata":{"labels":{"app":"site"}},
               "spec":{"terminationGracePeriodSeconds":5,"volumes":[{"name":"pages","emptyDir":{}}],
                "initContainers":[{"name":"checkout","image":"host","command":["sh","-ec","git --git-dir=\"$REPOSITORY\" archive \"$COMMIT\" | tar x -C /pages"],
                 "env":[{"name":"REPOSITORY","value":""},{"name":"COMMIT","value":"refs/heads/master"}],"volumeMounts":[{"name":"pages","mountPath":"/pages"}]}],
                "containers":[{"name":"web","image":"host","command":["/usr/bin/python3","-m","http.server","8080","--bind","$(POD_IP)","--directory","/pages"],
                 "env":[{"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],"ports":[{"name":"http","containerPort":8080}],
                 "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":1},"lifecycle":{"preStop":{"sleep":{"seconds":1}}},
                 "volumeMounts":[{"name":"pages","mountPath":"/pages"}]}]}}}}
            """);
        var checkout = ((JsonList)deployment.At("spec", "template", "spec", "initContainers")!).Maps.Single();
        checkout.List("env")!.Maps.First()["value"] = repository.Folder;
        yield return (new("apps", "v1", "deployments"), deployment);
        yield return (new("", "v1", "services"), Map("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"site"},"spec":{"selector":{"app":"site"},"ports":[{"name":"http","port":80,"targetPort":"http"}]}}"""));
        yield return (new("networking.k8s.io", "v1", "ingresses"), Map(
            """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"site"},"spec":{"rules":[{"host":"site.localhost","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"site","port":{"name":"http"}}}}]}}]}}"""));
        var app = Map(
            """
            {"apiVersion":"preview.example.com/v1alpha1","kind":"PreviewApp","metadata":{"name":"site"},
             "spec":{"base":{"deployment":"site","service":"site","ingress":"site"},"targetNamespace":"site","domain":"localhost",
              "source":{"pollSeconds":1},"pinnedHosts":[{"branch":"master","host":"www.localhost"},{"branch":"live","host":"staging.localhost"}],
              "deletion":{"graceSeconds":5},"overrides":{"env":[{"name":"COMMIT","value":"{commit}"}]}}}
            """);
        app.Map("spec")!.Map("source")!["repository"] = repository.Url;
        yield return (new("preview.example.com", "v1alpha1", "previewapps"), app);
    }

    private static JsonMap Map(string json) => JsonTree.ParseMap(json);
}
