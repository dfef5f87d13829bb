namespace Ahoi.Cel;

/// <summary>Answers the authorizer library's checks. Declare a variable of type <see cref="Types.CelType.Authorizer"/> and give this as its value.</summary>
public interface ICelAuthorizer
{
    /// <summary>Decides about one request.</summary>
    /// <param name="query">What would be done, and by whom.</param>
    /// <returns>The decision.</returns>
    CelAuthorizerDecision Check(CelAuthorizerQuery query);
}

/// <summary>What an expression asks an authorizer.</summary>
public sealed record CelAuthorizerQuery
{
    /// <summary>Gets the verb.</summary>
    public string Verb { get; init; } = "";

    /// <summary>Gets the path of a request that is for no resource.</summary>
    public string? Path { get; init; }

    /// <summary>Gets the API group.</summary>
    public string Group { get; init; } = "";

    /// <summary>Gets the resource.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Gets the subresource.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Gets the namespace.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Gets the object's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the field selector.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>Gets the label selector.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>Gets the service account the question is about, as namespace and name, or null for the requesting user.</summary>
    public (string Namespace, string Name)? ServiceAccount { get; init; }
}

/// <summary>A question about one resource that only lacks its verb. Declare a variable of type <see cref="Types.CelType.AuthorizerResource"/> and give this as its value.</summary>
/// <param name="Authorizer">Who answers.</param>
/// <param name="Query">The resource.</param>
public sealed record CelAuthorizerResource(ICelAuthorizer Authorizer, CelAuthorizerQuery Query);

/// <summary>An authorizer's answer.</summary>
/// <param name="Allowed">Whether it may be done.</param>
/// <param name="Reason">Why, where the authorizer says so.</param>
/// <param name="Error">What went wrong, if anything.</param>
public sealed record CelAuthorizerDecision(bool Allowed, string Reason = "", string? Error = null);
