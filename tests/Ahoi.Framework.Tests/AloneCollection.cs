namespace Ahoi.Framework.Tests;

/// <summary>Tests that run while no others do.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
