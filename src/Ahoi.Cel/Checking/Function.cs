using Ahoi.Cel.Types;

namespace Ahoi.Cel.Checking;

internal delegate object? Implementation(ReadOnlySpan<object?> arguments);

/// <summary>What one name can be called with; the implementation tells the argument types apart itself.</summary>
internal sealed class Function(string name, Implementation apply, IReadOnlyList<Signature> signatures)
{
    public string Name { get; } = name;

    public Implementation Apply { get; } = apply;

    public IReadOnlyList<Signature> Signatures { get; } = signatures;
}

/// <summary>One way to call a function; a member's target is its first parameter.</summary>
internal sealed record Signature(bool Member, CelType[] Parameters, CelType Result)
{
    // "string.(int,int):string" or "(list(A)):A"
    public static Signature Parse(string text)
    {
        var at = 0;
        List<CelType> parameters = [];
        var member = text[0] != '(';
        if (member)
        {
            parameters.Add(Type(text, ref at));
            at++;
        }

        at++;
        while (text[at] != ')')
        {
            parameters.Add(Type(text, ref at));
            at += text[at] == ',' ? 1 : 0;
        }

        at += 2;
        return new(member, [.. parameters], Type(text, ref at));
    }

    private static CelType Type(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_' || (text[at] == '.' && text[at + 1] != '(')))
        {
            at++;
        }

        var name = text[start..at];
        List<CelType> inner = [];
        if (at < text.Length && text[at] == '(' && name is "list" or "map" or "type" or "optional")
        {
            do
            {
                at++;
                inner.Add(Type(text, ref at));
            }
            while (text[at] == ',');
            at++;
        }

        return name switch
        {
            "dyn" => CelType.Dyn,
            "null" => CelType.Null,
            "bool" => CelType.Bool,
            "int" => CelType.Int,
            "uint" => CelType.Uint,
            "double" => CelType.Double,
            "string" => CelType.String,
            "bytes" => CelType.Bytes,
            "timestamp" => CelType.Timestamp,
            "duration" => CelType.Duration,
            "list" => CelType.List(inner[0]),
            "map" => CelType.Map(inner[0], inner[1]),
            "type" => CelType.TypeOf(inner[0]),
            "optional" => CelType.Optional(inner[0]),
            _ when name.Length == 1 => CelType.Parameter(name),
            _ => CelType.Opaque(name),
        };
    }
}
