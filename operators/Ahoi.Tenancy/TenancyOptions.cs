namespace Ahoi.Tenancy;

/// <summary>What the operator's administrator decides for all customers.</summary>
public sealed class TenancyOptions
{
    /// <summary>Gets or sets the image of databases and their provisioning jobs; it has postgres, psql and pg_isready.</summary>
    /// <value>The default is <c>postgres:17</c>.</value>
    public string DatabaseImage { get; set; } = "postgres:17";

    /// <summary>Gets or sets the image of the workflow worker that a Scheduler runs.</summary>
    /// <value>The default is <c>ahoi-sample-worker:1</c>.</value>
    public string WorkerImage { get; set; } = "ahoi-sample-worker:1";

    /// <summary>Gets or sets the worker's command; empty runs what the image says.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> WorkerCommand { get; set; } = [];
}
