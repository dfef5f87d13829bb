namespace Ahoi.Tenancy;

/// <summary>A PostgreSQL server that databases can be made in.</summary>
public sealed class ExistingServer
{
    /// <summary>Gets or sets its host.</summary>
    public string Host { get; set; } = "";

    /// <summary>Gets or sets its port.</summary>
    /// <value>The default is 5432.</value>
    public int Port { get; set; } = 5432;

    /// <summary>Gets or sets how connections to it are secured, as libpq's <c>sslmode</c> says it.</summary>
    /// <value>The default is <c>require</c>.</value>
    public string SslMode { get; set; } = "require";

    /// <summary>Gets or sets the namespace where the administrator's Secret is, and where the jobs run that use it. Customers
    /// have no access to it.</summary>
    public string SecretNamespace { get; set; } = "";

    /// <summary>Gets or sets the Secret with <c>username</c> and <c>password</c> of a role that may make roles and
    /// databases.</summary>
    public string SecretName { get; set; } = "";
}
