using Ahoi.Framework.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Resources;

namespace Ahoi.Framework.Observability;

/// <summary>Says who measures: the operator by its name, unless OpenTelemetry's environment says otherwise.</summary>
internal sealed class OperatorResource(IOptions<AhoiOptions> options) : IResourceDetector
{
    public Resource Detect()
    {
        var attributes = new Dictionary<string, object> { ["service.instance.id"] = $"{Environment.MachineName}/{Environment.ProcessId}" };
        if (Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is null or "")
        {
            attributes["service.name"] = options.Value.OperatorName;
        }

        return new(attributes);
    }
}
