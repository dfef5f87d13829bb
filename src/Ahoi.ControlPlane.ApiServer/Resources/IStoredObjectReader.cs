using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Resources;

/// <summary>Turns stored objects into the version that is served: conversion, and for custom kinds pruning and defaulting.</summary>
internal interface IStoredObjectReader
{
    /// <summary>Reads one object.</summary>
    /// <param name="stored">The object as it was stored, in whatever version, its resourceVersion set; may be changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The object in the version served.</returns>
    ValueTask<JsonMap> ReadAsync(JsonMap stored, CancellationToken cancellationToken);

    /// <summary>Turns an object of the version served into the version that is stored.</summary>
    /// <param name="value">The object; may be changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The object to store.</returns>
    ValueTask<JsonMap> WriteAsync(JsonMap value, CancellationToken cancellationToken);
}
