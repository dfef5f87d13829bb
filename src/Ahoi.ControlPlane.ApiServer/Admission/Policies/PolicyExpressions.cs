using System.Text.RegularExpressions;
using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>Compiles the expressions of admission policies: what they may refer to, whatever kind they judge.</summary>
internal static partial class PolicyExpressions
{
    /// <summary>What stands for <c>authorizer.requestResource</c>, which no field selection gives.</summary>
    public const string RequestResource = "authorizer_requestResource";

    private static readonly CelEnvironment Environment = new(
    [
        new("object", CelType.Dyn),
        new("oldObject", CelType.Dyn),
        new("request", CelType.Dyn),
        new("params", CelType.Dyn),
        new("namespaceObject", CelType.Dyn),
        new("variables", CelType.Dyn),
        new("authorizer", CelType.Authorizer),
        new(RequestResource, CelType.AuthorizerResource),
    ]);

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="CelException">It is none, or its types do not fit.</exception>
    public static CelProgram Compile(string text) => Environment.Compile(OwnResource().Replace(text, RequestResource));

    /// <summary>Finds what is wrong with an expression of a policy.</summary>
    /// <param name="policy">The policy; any will do, since its parameters' type is not looked up.</param>
    /// <param name="text">The expression.</param>
    /// <returns>The fault, or <see langword="null"/>.</returns>
    public static string? Check(JsonMap policy, string text)
    {
        _ = policy;
        try
        {
            Compile(text);
            return null;
        }
        catch (CelException exception)
        {
            return $"does not compile: {exception.Message}";
        }
    }

    [GeneratedRegex(@"\bauthorizer\.requestResource\b")]
    private static partial Regex OwnResource();
}
