namespace Ahoi.Tenancy;

/// <summary>What the operator's administrator decides for all customers.</summary>
public sealed class TenancyOptions
{
    /// <summary>Gets or sets the image of databases and of the jobs around them; it has postgres, psql, pg_dump and
    /// pg_isready, and starts by <c>docker-entrypoint.sh</c> as the official one does.</summary>
    /// <value>The default is <c>postgres:17</c>.</value>
    public string DatabaseImage { get; set; } = "postgres:17";

    /// <summary>Gets or sets who runs customers' databases.</summary>
    /// <value>The default is <see cref="Api.DatabaseProvider.Dedicated"/>.</value>
    public Api.DatabaseProvider DatabaseProvider { get; set; }

    /// <summary>Gets or sets the name of the server that customers' databases are made in, where
    /// <see cref="DatabaseProvider"/> is <see cref="Api.DatabaseProvider.Server"/>: one of <see cref="Servers"/>.</summary>
    public string? ServerName { get; set; }

    /// <summary>Gets the servers that databases can be made in, by name.</summary>
    public IDictionary<string, ExistingServer> Servers { get; } = new Dictionary<string, ExistingServer>(StringComparer.Ordinal);

    /// <summary>Gets or sets how long a role keeps working after another has taken its place, so that programs have the time
    /// to change over.</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan FormerPasswordLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets the image of the workflow worker that a Scheduler runs.</summary>
    /// <value>The default is <c>ahoi-sample-worker:1</c>.</value>
    public string WorkerImage { get; set; } = "ahoi-sample-worker:1";

    /// <summary>Gets or sets the worker's command; empty runs what the image says.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> WorkerCommand { get; set; } = [];

    /// <summary>Gets or sets the port where workers say whether they are busy, at <c>GET /busy</c> with the answer
    /// <c>true</c> or <c>false</c>: then idle ones go first. 0 does not ask.</summary>
    /// <value>The default is 0.</value>
    public int WorkerStatusPort { get; set; }

    /// <summary>Gets or sets how long a worker that was told to stop may take to finish its job.</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan WorkerGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets the image of what answers webhooks.</summary>
    /// <value>The default is <c>ahoi-sample-app:1</c>.</value>
    public string WebhooksImage { get; set; } = "ahoi-sample-app:1";

    /// <summary>Gets or sets its command; empty runs what the image says.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> WebhooksCommand { get; set; } = [];

    /// <summary>Gets or sets the port it listens at; it answers <c>GET /healthz</c> when it is ready.</summary>
    /// <value>The default is 8080.</value>
    public int WebhooksPort { get; set; } = 8080;

    /// <summary>Gets or sets the host at which webhooks are reached from outside, with <c>{name}</c> for the customer's name;
    /// without one there is no Ingress.</summary>
    public string? WebhooksHost { get; set; }

    /// <summary>Gets or sets the namespace from which the operator may reach customers' pods.</summary>
    /// <value>The default is <c>ahoi-system</c>.</value>
    public string OperatorNamespace { get; set; } = "ahoi-system";
}
