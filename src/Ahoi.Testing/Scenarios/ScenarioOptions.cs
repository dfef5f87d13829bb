using Ahoi.Api.Objects;

namespace Ahoi.Testing.Scenarios;

/// <summary>What the steps of a scenario run on, and how its end is judged.</summary>
public abstract record ScenarioOptions
{
    private protected ScenarioOptions()
    {
    }

    /// <summary>Gets the operator's name.</summary>
    /// <value>The default is <c>test</c>.</value>
    public string OperatorName { get; init; } = "test";

    /// <summary>Gets what each cluster is made of.</summary>
    /// <value>The default has the built-in controllers, so that what loses its owner is collected.</value>
    public TestClusterOptions Cluster { get; init; } = new() { Controllers = true };

    /// <summary>Gets what each cluster is made ready by, before the operator starts for the first time: objects that have to
    /// be there, other operators that play what a node or a cloud does.</summary>
    public Func<TestCluster, Task>? Prepare { get; init; }

    /// <summary>Gets what an object is called, to compare what is left with what is left where nothing goes wrong:
    /// <see langword="null"/> leaves it out.</summary>
    /// <value>The default calls objects by their kind, namespace and name, and leaves out those whose names the server made up
    /// (<c>metadata.generateName</c>), and ReplicaSets and ControllerRevisions, whose names are made of a hash of their content.
    /// Objects whose names are made of a uid or a password want something else.</value>
    public Func<RawObject, string?> NameOf { get; init; } = DefaultNameOf;

    /// <summary>Gets how long the end state may take after <see cref="ScenarioStep.Converged"/>.</summary>
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
