using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>What came of a write.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Json">The object in the version served.</param>
/// <param name="Value">The same object, taken apart.</param>
internal sealed record Written(int Code, ReadOnlyMemory<byte> Json, JsonMap Value);
