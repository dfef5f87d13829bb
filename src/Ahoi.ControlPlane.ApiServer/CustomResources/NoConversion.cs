using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The conversion strategy None: nothing but the apiVersion changes.</summary>
internal sealed class NoConversion : IVersionConverter
{
    /// <inheritdoc/>
    public ValueTask<JsonMap> ConvertAsync(JsonMap value, string apiVersion, CancellationToken cancellationToken)
    {
        value["apiVersion"] = apiVersion;
        return new(value);
    }
}
