using Ahoi.Client.Credentials;
using Ahoi.Client.Kubeconfigs;

namespace Ahoi.Client.Connections;

/// <content>Where connections are found.</content>
public sealed partial record ApiConnection
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The connection kubectl would use, or the one of the pod we are in where there is no kubeconfig.</summary>
    /// <param name="context">The kubeconfig's context, or <see langword="null"/> for the current one.</param>
    /// <param name="time">Where time comes from, or <see langword="null"/> for the system's.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="KubeconfigException">There is neither, or the kubeconfig is not usable.</exception>
    public static ApiConnection Default(string? context = null, TimeProvider? time = null)
    {
        var files = Kubeconfig.DefaultFiles();
        if (files.Any(File.Exists))
        {
            return Kubeconfig.Load(files).Connection(context, time);
        }

        return IsInCluster
            ? InCluster(time: time)
            : throw new KubeconfigException($"There is no kubeconfig ({string.Join(", ", files)}), and this is no pod of a cluster.");
    }

    /// <summary>The connection a kubeconfig's context means.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">The context, or <see langword="null"/> for the current one.</param>
    /// <param name="time">Where time comes from, or <see langword="null"/> for the system's.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="KubeconfigException">The file or the context is not usable.</exception>
    public static ApiConnection FromKubeconfig(string path, string? context = null, TimeProvider? time = null) =>
        Kubeconfig.Load(path).Connection(context, time);

    /// <summary>Gets whether this process runs in a pod with a service account.</summary>
    public static bool IsInCluster =>
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 }
        && File.Exists(Path.Combine(ServiceAccount, "token"));

    /// <summary>The connection of a pod's service account. Its token and the cluster's authority are read again as they
    /// are renewed.</summary>
    /// <param name="folder">Where the service account is mounted, or <see langword="null"/> for the usual place.</param>
    /// <param name="time">Where time comes from, or <see langword="null"/> for the system's.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="KubeconfigException">This is no pod, or it has no service account.</exception>
    public static ApiConnection InCluster(string? folder = null, TimeProvider? time = null)
    {
        folder ??= ServiceAccount;
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        return string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port)
            ? throw new KubeconfigException("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster.")
            : InCluster(folder, host, port, time ?? TimeProvider.System);
    }

    internal static ApiConnection InCluster(string folder, string host, string port, TimeProvider time)
    {
        var token = Path.Combine(folder, "token");
        if (!File.Exists(token))
        {
            throw new KubeconfigException($"There is no service account token at {token}.");
        }

        var ownNamespace = Path.Combine(folder, "namespace");
        return new()
        {
            Server = new($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/"),
            CertificateAuthority = PemSource.FromFile(Path.Combine(folder, "ca.crt")),
            Credentials = new TokenFileCredential(token, time),
            DefaultNamespace = File.Exists(ownNamespace) ? File.ReadAllText(ownNamespace).Trim() : "default",
        };
    }
}
