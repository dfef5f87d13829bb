namespace Ahoi.ControlPlane.ApiServer.Schemas;

/// <summary>A value does not fit the type it was decoded into: 400 for a request's body, 422 for the result of a patch.</summary>
/// <param name="field">The path of the field, as in <c>spec.ports[0].port</c>.</param>
/// <param name="problem">What is wrong with it, for people.</param>
internal sealed class DecodingException(string field, string problem) : Exception($"{field}: {problem}")
{
    /// <summary>Gets the path of the field at fault.</summary>
    public string Field { get; } = field;
}
