using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.Controllers.Jobs;

/// <summary>A pod of a job.</summary>
internal sealed class JobPod(RawObject raw)
{
    public RawObject Raw { get; private set; } = raw;

    public JsonMap Pod { get; } = raw.ToMap();

    public int Index { get; } = raw.Annotations.TryGetValue(JobNames.Index, out var text)
        && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) ? index : -1;

    /// <summary>Gets whether the pod waits to be counted.</summary>
    public bool IsTracked { get; private set; } = raw.Finalizers.Contains(JobNames.TrackingFinalizer);

    public void Released(RawObject? now)
    {
        IsTracked = false;
        Raw = now ?? Raw;
    }
}
