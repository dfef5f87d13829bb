namespace Ahoi.ControlPlane.Node.Network.Ingresses;

/// <summary>What the ingress serves now; both parts are replaced whole.</summary>
internal sealed class IngressTable(IngressCertificates certificates)
{
    private volatile IngressRoutes _routes = IngressRoutes.Empty;
    private volatile IngressCertificates _certificates = certificates;

    public IngressRoutes Routes
    {
        get => _routes;
        set => _routes = value;
    }

    public IngressCertificates Certificates
    {
        get => _certificates;
        set => _certificates = value;
    }
}
