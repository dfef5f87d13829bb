using Ahoi.Cel;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>What the expressions of admission policies and webhooks may refer to, whatever kind they judge.</summary>
internal static class PolicyExpressions
{
    /// <summary>The variable that asks about the resource of the request.</summary>
    public const string RequestResource = "authorizer.requestResource";

    private static readonly CelEnvironment Plain = new(
    [
        new("object", CelType.Dyn),
        new("oldObject", CelType.Dyn),
        new("request", PolicyTypes.Request),
        new("namespaceObject", PolicyTypes.Namespace),
    ]);

    private static readonly CelEnvironment Asking = Plain.With("authorizer", CelType.Authorizer).With(RequestResource, CelType.AuthorizerResource);

    /// <summary>Gets the environment of the match conditions of webhooks.</summary>
    public static CelEnvironment OfWebhooks => Asking;

    /// <summary>Gets an environment for the expressions of a policy.</summary>
    /// <param name="hasParameters">Whether the policy has parameters.</param>
    /// <param name="hasAuthorizer">Whether the expression may ask what users may do.</param>
    public static CelEnvironment Of(bool hasParameters, bool hasAuthorizer)
    {
        var environment = hasAuthorizer ? Asking : Plain;
        return hasParameters ? environment.With("params", CelType.Dyn) : environment;
    }

    /// <summary>Compiles an expression that must give a value of certain types.</summary>
    /// <param name="environment">What it may refer to.</param>
    /// <param name="text">The expression.</param>
    /// <param name="fault">What is wrong with it, or <see langword="null"/>.</param>
    /// <param name="results">The types; none for any.</param>
    /// <returns>The program, or <see langword="null"/>.</returns>
    public static CelProgram? Compile(CelEnvironment environment, string text, out string? fault, params ReadOnlySpan<CelType> results)
    {
        try
        {
            var program = environment.Compile(text);
            fault = null;
            if (results.Length == 0 || results.Contains(program.ResultType))
            {
                return program;
            }

            var wanted = results.Length == 1 ? $"{results[0]}" : $"one of [{string.Join(' ', results.ToArray().Select(r => r.ToString()))}]";
            fault = $"must evaluate to {wanted} but got {program.ResultType}";
        }
        catch (CelException exception)
        {
            fault = $"does not compile: {exception.Message}";
        }

        return null;
    }
}
