namespace Ahoi.Previews;

/// <summary>What the operator's administrator decides for all previews.</summary>
public sealed class PreviewsOptions
{
    /// <summary>Gets or sets whether <c>file://</c> repositories are read: they are those of the machine that the operator runs
    /// on, whoever names them.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowFileRepositories { get; set; }

    /// <summary>Gets or sets how long a repository may take to list its branches.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan GitTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long a preview may take to answer before it is asked again.</summary>
    /// <value>The default is 3 seconds.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets or sets where webhooks are taken: an address and a port, as in <c>0.0.0.0:8082</c>; port 0 takes any. The way
    /// in from the internet, and TLS, are an Ingress' business.</summary>
    /// <value>The default is <see langword="null"/>: none are taken.</value>
    public string? WebhookListen { get; set; }
}
