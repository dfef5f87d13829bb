using Ahoi.Api.Json;
using Ahoi.Cel;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Compiles the rules of one schema with the types the schema gives to self and oldSelf.</summary>
internal static class RuleCompiler
{
    /// <summary>Compiles the rules.</summary>
    /// <param name="schema">The schema they stand in.</param>
    /// <param name="isResource">Whether it is that of a whole object.</param>
    /// <returns>The rules in their order.</returns>
    public static IReadOnlyList<CompiledRule> Compile(JsonMap schema, bool isResource)
    {
        var type = RuleSchema.Visible(schema) is { } visible ? SchemaTypes.FromSchema(visible, isResource) : CelType.Dyn;
        var cardinality = RuleSchema.MaxCardinality(schema);
        return [.. (schema.List("x-kubernetes-validations")?.Maps ?? []).Select(rule => Compile(rule, schema, type) with { MaxCardinality = cardinality })];
    }

    private static CompiledRule Compile(JsonMap rule, JsonMap schema, CelType self)
    {
        var optional = rule.Flag("optionalOldSelf") == true;
        var environment = new CelEnvironment([new("self", self), new("oldSelf", optional ? CelType.Optional(self) : self)]);
        var compiled = new CompiledRule(rule)
        {
            FieldPath = rule.Text("fieldPath") is { Length: > 0 } text ? SchemaFieldPath.Find(text, schema, allowBrackets: true)?.Path.Text ?? "" : "",
        };
        if (rule.Text("rule")?.Trim() is { Length: > 0 } expression)
        {
            var (program, error) = TryCompile(environment, expression, CelTypeKind.Bool, "a rule has to be a truth value");
            compiled = compiled with
            {
                Error = error,
                Program = program is null ? null : new RuleProgram(program, optional),
                MaxCost = program is null ? 0 : (ulong)program.EstimatedCost,
                UsesOldSelf = program?.UsedVariables.Contains("oldSelf") == true,
            };
        }

        // What the message costs is no concern of a rule that is wrong itself.
        if (compiled.Error is null && rule.Text("messageExpression")?.Trim() is { Length: > 0 } message)
        {
            var (program, error) = TryCompile(environment, message, CelTypeKind.String, "a messageExpression has to be text");
            compiled = compiled with
            {
                MessageError = error,
                Message = program is null ? null : new RuleProgram(program, optional),
                MessageMaxCost = program is null ? 0 : (ulong)program.EstimatedCost,
            };
        }

        return compiled;
    }

    private static (CelProgram? Program, string? Error) TryCompile(CelEnvironment environment, string expression, CelTypeKind wanted, string otherwise)
    {
        try
        {
            var program = environment.Compile(expression);
            return program.ResultType.Kind == wanted ? (program, null) : (null, otherwise);
        }
        catch (CelException exception)
        {
            return (null, $"does not compile: {exception.Message}");
        }
    }

    private sealed class RuleProgram(CelProgram program, bool isOptional) : IRuleProgram
    {
        public RuleOutcome Run(object self, object? old)
        {
            var result = program.Evaluate(
                name => name == "self" ? self : isOptional ? new CelOptionalValue(old is not null, old) : old,
                CelLimits.PerCall);
            return new(result.Value, (ulong)result.Cost, result.Error, result.Error is not null && result.ErrorKind == CelErrorKind.CostExceeded);
        }
    }
}
