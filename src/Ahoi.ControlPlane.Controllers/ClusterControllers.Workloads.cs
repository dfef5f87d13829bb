using Ahoi.Framework.Events;
using Ahoi.ControlPlane.Controllers.Autoscaling;
using Ahoi.ControlPlane.Controllers.CronJobs;
using Ahoi.ControlPlane.Controllers.DaemonSets;
using Ahoi.ControlPlane.Controllers.Disruptions;
using Ahoi.ControlPlane.Controllers.Jobs;
using Ahoi.ControlPlane.Controllers.Nodes;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.Protection;
using Ahoi.ControlPlane.Controllers.StatefulSets;
using Ahoi.Framework.Hosting;

namespace Ahoi.ControlPlane.Controllers;

/// <content>Jobs, stateful sets, daemon sets, and what looks after workloads.</content>
public sealed partial class ClusterControllers
{
    private static void AddWorkloads(AhoiBuilder controllers, CoreEvents events, ClusterControllersOptions options)
    {
        Add(controllers, events, "job-controller", Kinds.Job, new JobController().ReconcileAsync, o => o.Owns(Kinds.Pod).ReconcilesDeleted = true);
        Add(controllers, events, "job-pod-controller", Kinds.Pod, JobPodRelease.ReconcileAsync, o => o.ReconcilesDeleted = true);
        Add(controllers, events, "ttl-after-finished-controller", Kinds.Job, FinishedJobs.ReconcileAsync);
        Add(controllers, events, "cronjob-controller", Kinds.CronJob, CronJobController.ReconcileAsync, o => o.Owns(Kinds.Job).ReconcilesDeleted = true);
        Add(controllers, events, "daemonset-controller", Kinds.DaemonSet, DaemonSetController.ReconcileAsync, o => o.Owns(Kinds.Pod).ReconcilesDeleted = true);
        var autoscalers = new AutoscalerController();
        Add(controllers, events, "horizontal-pod-autoscaler", Kinds.Autoscaler, autoscalers.ReconcileAsync, o => o.WhenGone(autoscalers.Forget));
        Add(controllers, events, "disruption-controller", Kinds.DisruptionBudget, DisruptionController.ReconcileAsync);
        Add(controllers, events, "node-controller", Kinds.Node, NodeTaints.ReconcileAsync);
        Add(controllers, events, "node-lifecycle-controller", Kinds.Node, new NodeSilence().ReconcileAsync);
        Add(controllers, events, "taint-eviction-controller", Kinds.Pod, new TaintEviction().ReconcileAsync);
        Add(controllers, events, "pod-garbage-collector", Kinds.Pod, new OrphanedPods().ReconcileAsync, o => o.ReconcilesDeleted = true);
        var ended = new EndedPods(options.EndedPods);
        Add(controllers, events, "ended-pod-collector", Kinds.Pod, ended.ReconcileAsync, o => o.WhenGone(ended.Forget));
        Add(controllers, events, "pvc-protection-controller", Kinds.Claim, VolumeProtection.ReconcileClaimAsync, o => o.ReconcilesDeleted = true);
        Add(controllers, events, "pv-protection-controller", Kinds.Volume, VolumeProtection.ReconcileVolumeAsync, o => o.ReconcilesDeleted = true);
        Add(controllers, events, "statefulset-controller", Kinds.StatefulSet, StatefulSetController.ReconcileAsync, o => o.Owns(Kinds.Pod).ReconcilesDeleted = true);
    }
}
