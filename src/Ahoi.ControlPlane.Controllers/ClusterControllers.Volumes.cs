using Ahoi.Framework.Events;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.Volumes;
using Ahoi.Framework.Hosting;

namespace Ahoi.ControlPlane.Controllers;

/// <content>Claims and the volumes they get.</content>
public sealed partial class ClusterControllers
{
    private static void AddVolumes(AhoiBuilder controllers, CoreEvents events)
    {
        var waiting = new WaitingClaims();
        Add(controllers, events, "persistentvolume-controller", Kinds.Volume, VolumeController.ReconcileAsync, o => o
            .Watches(Kinds.Claim, c => c.ToMap().Map("spec")?.Text("volumeName") is { Length: > 0 } name ? [new(null, name)] : []).ReconcilesDeleted = true);
        Add(controllers, events, "persistentvolumeclaim-controller", Kinds.Claim, waiting.ReconcileAsync, o => o
            .Watches(Kinds.Volume, waiting.For).ReconcilesDeleted = true);
        Add(controllers, events, "ephemeral-volume-controller", Kinds.Pod, EphemeralClaims.ReconcileAsync, o => o.Owns(Kinds.Claim));
    }
}
