namespace Ahoi.Cli.Observation;

/// <summary>Where an operator can be asked.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="Token">The token to show, or null.</param>
/// <param name="File">The file that tells of it, or null.</param>
internal sealed record RunningOperator(Uri Endpoint, string? Token, string? File);
