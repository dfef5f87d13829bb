using Ahoi.Cel.Checking;
using Ahoi.Cel.Evaluation;

namespace Ahoi.Cel.Libraries;

/// <summary>Questions to the authorizer, built step by step.</summary>
internal static class Authorizers
{
    public const string A = "kubernetes.authorization.Authorizer";
    private const string P = "kubernetes.authorization.PathCheck";
    private const string G = "kubernetes.authorization.GroupCheck";
    private const string R = "kubernetes.authorization.ResourceCheck";
    private const string D = "kubernetes.authorization.Decision";

    public static void AddTo(FunctionRegistry functions)
    {
        Step(functions, "path", P, (q, s) => q with { Path = s }, $"{A}.(string):{P}");
        Step(functions, "group", G, (q, s) => q with { Group = s }, $"{A}.(string):{G}");
        Step(functions, "resource", R, (q, s) => q with { Resource = s }, $"{G}.(string):{R}");
        Step(functions, "subresource", R, (q, s) => q with { Subresource = s }, $"{R}.(string):{R}");
        Step(functions, "namespace", R, (q, s) => q with { Namespace = s }, $"{R}.(string):{R}");
        Step(functions, "name", R, (q, s) => q with { Name = s }, $"{R}.(string):{R}");
        Step(functions, "fieldSelector", R, (q, s) => q with { FieldSelector = s }, $"{R}.(string):{R}");
        Step(functions, "labelSelector", R, (q, s) => q with { LabelSelector = s }, $"{R}.(string):{R}");
        functions.Add(
            "serviceAccount",
            a => (a[0], a[1], a[2]) is (AuthorizerValue v, string space, string name) ? v with { Query = v.Query with { ServiceAccount = (space, name) } } : CelError.NoOverload,
            $"{A}.(string,string):{A}");
        functions.Add(
            "check",
            a => (a[0], a[1]) is (AuthorizerValue v, string verb) ? new Decision(v.Authorizer.Check(v.Query with { Verb = verb })) : CelError.NoOverload,
            $"{P}.(string):{D}",
            $"{R}.(string):{D}");
        functions.Add("allowed", a => a[0] is Decision d ? Display.Box(d.Answer.Allowed) : CelError.NoOverload, $"{D}.():bool");
        functions.Add("reason", a => a[0] is Decision d ? d.Answer.Reason : CelError.NoOverload, $"{D}.():string");
        functions.Add("errored", a => a[0] is Decision d ? Display.Box(d.Answer.Error is not null) : CelError.NoOverload, $"{D}.():bool");
        functions.Add("error", a => a[0] is Decision d ? d.Answer.Error ?? "" : CelError.NoOverload, $"{D}.():string");
    }

    private static void Step(FunctionRegistry functions, string name, string result, Func<CelAuthorizerQuery, string, CelAuthorizerQuery> step, string signature) =>
        functions.Add(name, a => (a[0], a[1]) is (AuthorizerValue v, string s) ? v with { TypeName = result, Query = step(v.Query, s) } : CelError.NoOverload, signature);

    private sealed record Decision(CelAuthorizerDecision Answer) : IOpaqueValue
    {
        public string TypeName => D;
    }
}

/// <summary>A question in the making.</summary>
internal sealed record AuthorizerValue(ICelAuthorizer Authorizer) : IOpaqueValue
{
    public CelAuthorizerQuery Query { get; init; } = new();

    public string TypeName { get; init; } = Authorizers.A;
}
