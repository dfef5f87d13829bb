using System.Text.Json.Serialization;

namespace Ahoi.Framework.Controllers;

/// <summary>One condition of an object's status: <c>metav1.Condition</c>.</summary>
/// <param name="Type">What it is about, as in <c>Ready</c>.</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Reason">Why, as one word for programs.</param>
/// <param name="Message">Why, for people.</param>
public sealed record Condition(string Type, string Status, string Reason, string Message)
{
    /// <summary>The type of the condition that sums an object up.</summary>
    public const string Ready = "Ready";

    /// <summary>Gets the generation the condition speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Gets since when the status is what it is.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Gets whether the status is <c>True</c>.</summary>
    [JsonIgnore]
    public bool IsTrue => Status == "True";
}
