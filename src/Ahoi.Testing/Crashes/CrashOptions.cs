using Ahoi.Api.Objects;

namespace Ahoi.Testing.Crashes;

/// <summary>How <see cref="CrashPoints"/> goes about it.</summary>
public sealed record CrashOptions
{
    /// <summary>Gets the operator's name.</summary>
    /// <value>The default is <c>test</c>.</value>
    public string OperatorName { get; init; } = "test";

    /// <summary>Gets what each cluster is made of.</summary>
    /// <value>The default has the built-in controllers, so that what loses its owner is collected.</value>
    public TestClusterOptions Cluster { get; init; } = new() { Controllers = true };

    /// <summary>Gets what each cluster is made ready by, before the operator starts for the first time: objects that have to
    /// be there, other operators that play what a node or a cloud does.</summary>
    public Func<TestCluster, Task>? Prepare { get; init; }

    /// <summary>Gets when the operator dies.</summary>
    public CrashMoments Moments { get; init; } = CrashMoments.Both;

    /// <summary>Gets what an object is called, to compare what is left with what is left where nobody died: <see langword="null"/>
    /// leaves it out.</summary>
    /// <value>The default calls objects by their kind, namespace and name, and leaves out those whose names the server made up
    /// (<c>metadata.generateName</c>), and ReplicaSets and ControllerRevisions, whose names are made of a hash of their content.
    /// Objects whose names are made of a uid or a password want something else.</value>
    public Func<RawObject, string?> NameOf { get; init; } = DefaultNameOf;

    /// <summary>Gets how long the end state may take after <see cref="CrashStep.Converged"/>.</summary>
    /// <value>The default is 20 seconds.</value>
    public TimeSpan Limit { get; init; } = TestCluster.DefaultLimit;

    /// <summary>Calls an object by its kind, namespace and name, unless the name is made up.</summary>
    /// <param name="value">The object.</param>
    /// <returns>What it is called, or <see langword="null"/>.</returns>
    public static string? DefaultNameOf(RawObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Kind is not ("ReplicaSet" or "ControllerRevision") && value.ToMap("metadata")?.Text("generateName") is null ? $"{value.Kind} {value.Key}" : null;
    }
}
