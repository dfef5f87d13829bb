using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Resources;
using Ahoi.ControlPlane.ApiServer.Schemas;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>One version of a custom kind on the way from and to the store.</summary>
/// <param name="ApiVersion">The version's apiVersion.</param>
/// <param name="Schema">Its type; <see langword="null"/> for one without a schema.</param>
/// <param name="Strategy">Its strategy.</param>
internal sealed record CustomVersion(string ApiVersion, Schema? Schema, CustomResourceStrategy Strategy);

/// <summary>
/// Turns stored objects into one version: pruned and defaulted by the version they were stored in, converted, pruned by
/// the version served. The defaults of another version than the stored one are not filled in.
/// </summary>
/// <param name="served">The version served.</param>
/// <param name="stored">The version new objects are stored in.</param>
/// <param name="all">Every version by its apiVersion.</param>
/// <param name="converter">What converts between versions.</param>
internal sealed class CustomResourceReader(
    CustomVersion served, CustomVersion stored, IReadOnlyDictionary<string, CustomVersion> all, IVersionConverter converter) : IStoredObjectReader
{
    /// <inheritdoc/>
    public async ValueTask<JsonMap> ReadAsync(JsonMap value, CancellationToken cancellationToken)
    {
        var from = all.GetValueOrDefault(value.Text("apiVersion") ?? "");
        if (from is not null)
        {
            ObjectDecoder.Prune(value, from.Schema);
            from.Strategy.SetDefaults(value);
        }

        return await ConvertAsync(value, served, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<JsonMap> WriteAsync(JsonMap value, CancellationToken cancellationToken) => ConvertAsync(value, stored, cancellationToken);

    private async ValueTask<JsonMap> ConvertAsync(JsonMap value, CustomVersion to, CancellationToken cancellationToken)
    {
        if (value.Text("apiVersion") == to.ApiVersion)
        {
            return value;
        }

        value = await converter.ConvertAsync(value, to.ApiVersion, cancellationToken).ConfigureAwait(false);
        ObjectDecoder.Prune(value, to.Schema);
        return value;
    }
}
