using Ahoi.Cel;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>An expression of a policy, compiled, or why it did not.</summary>
internal sealed class PolicyExpression
{
    private readonly CelProgram? _program;
    private readonly string? _fault;

    public PolicyExpression(CelEnvironment environment, string text, params ReadOnlySpan<CelType> results)
    {
        Text = text.Trim();
        _program = PolicyExpressions.Compile(environment, Text, out _fault, results);
    }

    public string Text { get; }

    public CelResult Run(CelScope scope) => _program is null ? new(null, _fault, 0) : scope.Evaluate(_program);

    /// <summary>Says why a result is none.</summary>
    public string Failed(CelResult result) => $"expression '{Text}' resulted in error: {result.Error}";
}
