using Ahoi.Api.Json;
using Ahoi.Client.Connections;
using Ahoi.Client.Credentials;

namespace Ahoi.Client.Kubeconfigs;

/// <summary>Makes a connection of a context, a cluster and a user.</summary>
internal static class KubeconfigConnection
{
    public static ApiConnection Create(
        string context, KubeconfigEntry chosen, KubeconfigEntry cluster, KubeconfigEntry? user, TimeProvider time)
    {
        var address = cluster.Text("server") ?? throw new KubeconfigException($"{cluster} has no server.");
        if (!address.Contains("://", StringComparison.Ordinal))
        {
            address = "http://" + address;
        }

        var connection = new ApiConnection
        {
            Server = Address(cluster, "server", address),
            Context = context,
            DefaultNamespace = chosen.Text("namespace") ?? "default",
            TlsServerName = cluster.Text("tls-server-name"),
            InsecureSkipTlsVerify = cluster.Content.Flag("insecure-skip-tls-verify") ?? false,
            CertificateAuthority = Pem(cluster, "certificate-authority"),
            Proxy = cluster.Text("proxy-url") is { } proxy ? Address(cluster, "proxy-url", proxy) : null,
        };
        return user is null
            ? connection
            : connection with
            {
                ClientCertificate = Pem(user, "client-certificate"),
                ClientKey = Pem(user, "client-key"),
                Impersonation = Impersonated(user),
                Credentials = Credentials(cluster, user, time),
            };
    }

    private static CredentialSource? Credentials(KubeconfigEntry cluster, KubeconfigEntry user, TimeProvider time)
    {
        if (user.PathAt("tokenFile") is { } file)
        {
            return new TokenFileCredential(file, time);
        }

        if (user.Text("token") is { } token)
        {
            return FixedCredential.Token(token);
        }

        if (user.Text("username") is { } name)
        {
            return FixedCredential.Basic(name, user.Text("password") ?? "");
        }

        if (user.Content.Map("exec") is { } exec)
        {
            return new ExecCredential(Plugin(cluster, user, exec), time);
        }

        return user.Content.Map("auth-provider") is null
            ? null
            : throw new KubeconfigException($"{user} uses an auth-provider, which kubectl gave up as well; use exec with that provider's plugin.");
    }

    private static ExecPlugin Plugin(KubeconfigEntry cluster, KubeconfigEntry user, JsonMap exec)
    {
        var command = exec.Text("command") ?? throw new KubeconfigException($"{user}: exec has no command.");
        if (exec.Text("interactiveMode") == "Always")
        {
            throw new KubeconfigException($"{user}: {command} insists on a terminal, and there is none here.");
        }

        return new(command.AsSpan().IndexOfAny('/', '\\') >= 0 ? user.Resolve(command) : command)
        {
            ApiVersion = exec.Text("apiVersion") ?? throw new KubeconfigException($"{user}: exec has no apiVersion."),
            Arguments = [.. exec.List("args")?.Texts ?? []],
            Environment = [.. (exec.List("env")?.Maps ?? []).Select(e => KeyValuePair.Create(e.Text("name") ?? "", e.Text("value") ?? ""))],
            InstallHint = exec.Text("installHint"),
            ClusterInfo = exec.Flag("provideClusterInfo") == true ? ClusterInfo(cluster) : null,
        };
    }

    private static JsonMap ClusterInfo(KubeconfigEntry cluster)
    {
        var info = new JsonMap { ["server"] = cluster.Text("server") };
        foreach (var key in (ReadOnlySpan<string>)["tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression"])
        {
            if (cluster.Content[key] is { } value)
            {
                info[key] = value;
            }
        }

        var authority = cluster.Data("certificate-authority-data")
            ?? (cluster.PathAt("certificate-authority") is { } path ? File.ReadAllBytes(path) : null);
        if (authority is not null)
        {
            info["certificate-authority-data"] = Convert.ToBase64String(authority);
        }

        var config = (cluster.Content.List("extensions")?.Maps ?? [])
            .FirstOrDefault(e => e.Text("name") == "client.authentication.k8s.io/exec")?["extension"];
        if (config is not null)
        {
            info["config"] = JsonTree.DeepClone(config);
        }

        return info;
    }

    private static Impersonation? Impersonated(KubeconfigEntry user)
    {
        var groups = user.Content.List("as-groups")?.Texts.ToArray() ?? [];
        var extra = user.Content.Map("as-user-extra");
        if (user.Text("as") is not { } name)
        {
            return groups.Length == 0 && extra is null && user.Text("as-uid") is null
                ? null
                : throw new KubeconfigException($"{user} acts as groups without acting as a user.");
        }

        return new(name)
        {
            Uid = user.Text("as-uid"),
            Groups = groups,
            Extra = (extra ?? []).ToDictionary(e => e.Key, e => (IReadOnlyList<string>)[.. (e.Value as JsonList)?.Texts ?? []]),
        };
    }

    private static PemSource? Pem(KubeconfigEntry entry, string key) =>
        entry.Data(key + "-data") is { } data ? PemSource.FromBytes(data)
        : entry.PathAt(key) is { } path ? PemSource.FromFile(path)
        : null;

    private static Uri Address(KubeconfigEntry entry, string key, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw new KubeconfigException($"{entry}: {key} '{text}' is no address.");
}
