using Ahoi.Framework.Events;
using Ahoi.ControlPlane.Controllers.Accounts;
using Ahoi.ControlPlane.Controllers.Namespaces;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.Framework.Hosting;

namespace Ahoi.ControlPlane.Controllers;

/// <content>What every namespace has, and how it ends.</content>
public sealed partial class ClusterControllers
{
    private static void AddNamespaces(AhoiBuilder controllers, CoreEvents events, ClusterControllersOptions options)
    {
        Add(controllers, events, "namespace-controller", Kinds.Namespace, NamespaceController.ReconcileAsync, o => o.ReconcilesDeleted = true);
        Add(controllers, events, "serviceaccount-controller", Kinds.Namespace, DefaultAccount.ReconcileAsync, o => o
            .Watches(Kinds.ServiceAccount, a => a.Name == DefaultAccount.Name ? [new(null, a.Namespace!)] : []));
        Add(controllers, events, "root-ca-certificate-publisher-controller", Kinds.Namespace, new RootCertificate(options.AuthorityPem).ReconcileAsync, o => o
            .Watches(Kinds.ConfigMap, m => m.Name == RootCertificate.Name ? [new(null, m.Namespace!)] : []));
        var secrets = new TokenSecrets(options.AuthorityPem);
        Add(controllers, events, "tokens-controller", Kinds.Secret, secrets.ReconcileAsync, o => o.Watches(Kinds.ServiceAccount, secrets.Of));
    }
}
