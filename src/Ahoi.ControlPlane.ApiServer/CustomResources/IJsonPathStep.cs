namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>One step of a <see cref="JsonPathExpression"/>.</summary>
internal interface IJsonPathStep
{
    /// <summary>Goes on from a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="budget">What may be visited.</param>
    /// <returns>What the step leads to.</returns>
    IEnumerable<object?> Apply(object? value, JsonPathBudget budget);
}
