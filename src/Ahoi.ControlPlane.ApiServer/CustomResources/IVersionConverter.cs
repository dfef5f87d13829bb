using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Turns objects of a custom kind from one version into another.</summary>
internal interface IVersionConverter
{
    /// <summary>Converts an object.</summary>
    /// <param name="value">The object; may be changed.</param>
    /// <param name="apiVersion">The apiVersion wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The object in that version.</returns>
    ValueTask<JsonMap> ConvertAsync(JsonMap value, string apiVersion, CancellationToken cancellationToken);
}
