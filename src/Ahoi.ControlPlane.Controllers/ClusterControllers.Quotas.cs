using Ahoi.Framework.Events;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.Quotas;
using Ahoi.Framework.Hosting;

namespace Ahoi.ControlPlane.Controllers;

/// <content>What is used of quotas.</content>
public sealed partial class ClusterControllers
{
    private static void AddQuotas(AhoiBuilder controllers, CoreEvents events)
    {
        var quotas = new QuotaController();
        Add(controllers, events, "resourcequota-controller", Kinds.ResourceQuota, quotas.ReconcileAsync, o => o
            .Watches(Kinds.Pod, quotas.In)
            .Watches(Kinds.Service, quotas.In)
            .Watches(Kinds.Claim, quotas.In)
            .Watches(Kinds.ConfigMap, quotas.In)
            .Watches(Kinds.Secret, quotas.In)
            .Watches(Kinds.ReplicationController, quotas.In)
            .Watches(Kinds.ResourceQuota, quotas.In));
    }
}
