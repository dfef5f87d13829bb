using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>Compiles the rules of one schema with the types the schema gives to self and oldSelf.</summary>
internal static class RuleCompiler
{
    /// <summary>Compiles the rules.</summary>
    /// <param name="schema">The schema they stand in.</param>
    /// <param name="isResource">Whether it is that of a whole object.</param>
    /// <returns>The rules in their order.</returns>
    public static IReadOnlyList<CompiledRule> Compile(JsonMap schema, bool isResource) =>
        [.. (schema.List("x-kubernetes-validations")?.Maps ?? []).Select(rule => Compile(rule, schema, isResource))];

    private static CompiledRule Compile(JsonMap rule, JsonMap schema, bool isResource)
    {
        _ = isResource;
        var path = rule.Text("fieldPath") is { Length: > 0 } text ? SchemaFieldPath.Find(text, schema, allowBrackets: true)?.Path.Text : null;
        return new(rule) { FieldPath = path ?? "" };
    }
}
