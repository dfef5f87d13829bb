using Ahoi.Framework.Events;
using Ahoi.ControlPlane.Controllers.Objects;
using Ahoi.ControlPlane.Controllers.Services;
using Ahoi.Framework.Hosting;

namespace Ahoi.ControlPlane.Controllers;

/// <content>What is behind services.</content>
public sealed partial class ClusterControllers
{
    private static void AddServices(AhoiBuilder controllers, CoreEvents events)
    {
        var (slices, endpoints) = (new ServiceIndex(), new ServiceIndex());
        Add(controllers, events, "endpointslice-controller", Kinds.Service, new EndpointSliceController(slices).ReconcileAsync, o => o
            .Owns(Kinds.EndpointSlice).Watches(Kinds.Pod, slices.OfPod).Watches(Kinds.Node, slices.OfNode));
        Add(controllers, events, "endpoint-controller", Kinds.Service, new EndpointsController(endpoints).ReconcileAsync, o => o
            .Watches(Kinds.Endpoints, e => [e.Key]).Watches(Kinds.Pod, endpoints.OfPod));
        Add(controllers, events, "endpoint-leftover-controller", Kinds.Endpoints, EndpointsController.ReconcileLeftoverAsync, o => o.Watches(Kinds.Service, s => [s.Key]));
    }
}
