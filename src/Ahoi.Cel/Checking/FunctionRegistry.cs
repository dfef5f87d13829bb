namespace Ahoi.Cel.Checking;

/// <summary>The functions an environment knows, by name.</summary>
internal sealed class FunctionRegistry
{
    private readonly Dictionary<string, Function> _functions = new(StringComparer.Ordinal);

    public Function? Find(string name) => _functions.GetValueOrDefault(name);

    public void Add(string name, Implementation apply, params string[] signatures)
    {
        var parsed = signatures.Select(Signature.Parse).ToList();
        if (_functions.TryGetValue(name, out var before))
        {
            // Libraries may share a name; each implementation refuses what it does not know.
            var first = before.Apply;
            var second = apply;
            apply = arguments => first(arguments) is Evaluation.CelError { IsNoOverload: true } ? second(arguments) : first(arguments);
            parsed = [.. before.Signatures, .. parsed];
        }

        _functions[name] = new(name, apply, parsed);
    }
}
