using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ahoi.Reference;

/// <summary>How types are called: in text, in links, and in the comments' file.</summary>
internal static class Names
{
    /// <summary>Whether the compiler made something up.</summary>
    public static bool IsGenerated(MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || (member is not ConstructorInfo && member is not PropertyInfo && member.IsDefined(typeof(CompilerGeneratedAttribute), false))
        || (member is Type { IsNested: true, DeclaringType: { } outer } && IsGenerated(outer));

    /// <summary>A type as its own page calls it, with the type it is nested in.</summary>
    public static string Of(Type type)
    {
        var name = type.Name.Split('`')[0];
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var own = type.GetGenericArguments().Skip(inherited).Select(a => a.Name).ToList();
        name = own.Count == 0 ? name : $"{name}<{string.Join(", ", own)}>";
        return type.DeclaringType is { } outer ? $"{Of(outer)}.{name}" : name;
    }

    public static string Escaped(string name) => name.Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    public static string Anchor(Type type) => Id(type.IsGenericType ? type.GetGenericTypeDefinition() : type)[(type.Namespace!.Length + 1)..].Replace('`', '-').ToLowerInvariant();

    /// <summary>A type's name in the comments' file, without its prefix.</summary>
    public static string Id(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    /// <summary>A member's name in the comments' file: see "Process the XML file" in the C# language reference.</summary>
    public static string Id(MemberInfo member) => member switch
    {
        Type type => $"T:{Id(type)}",
        FieldInfo field => $"F:{Id(field.DeclaringType!)}.{field.Name}",
        EventInfo @event => $"E:{Id(@event.DeclaringType!)}.{@event.Name}",
        PropertyInfo property => $"P:{Id(property.DeclaringType!)}.{property.Name}{Parameters(property.GetIndexParameters())}",
        ConstructorInfo constructor => $"M:{Id(constructor.DeclaringType!)}.{(constructor.IsStatic ? "#cctor" : "#ctor")}{Parameters(constructor.GetParameters())}",
        MethodInfo method => $"M:{Id(method.DeclaringType!)}.{method.Name}{(method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "")}"
            + Parameters(method.GetParameters())
            + (method.Name is "op_Implicit" or "op_Explicit" ? $"~{Argument(method.ReturnType)}" : ""),
        _ => throw new ArgumentException($"Members of kind {member.MemberType} have no comments.", nameof(member)),
    };

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(p => Argument(p.ParameterType)))})";

    private static string Argument(Type type) => type switch
    {
        { IsByRef: true } => $"{Argument(type.GetElementType()!)}@",
        { IsPointer: true } => $"{Argument(type.GetElementType()!)}*",
        { IsArray: true } => $"{Argument(type.GetElementType()!)}[{(type.GetArrayRank() > 1 ? string.Join(',', Enumerable.Repeat("0:", type.GetArrayRank())) : "")}]",
        { IsGenericMethodParameter: true } => $"``{type.GenericParameterPosition}",
        { IsGenericParameter: true } => $"`{type.GenericParameterPosition}",
        { IsGenericType: true } => Generic(type),
        _ => Id(type),
    };

    private static string Generic(Type type)
    {
        // The arguments stand behind the part of the name that they belong to.
        var arguments = type.GetGenericArguments();
        var parts = Id(type.GetGenericTypeDefinition()).Split('.');
        var used = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Split('`') is [var plain, var count])
            {
                var own = arguments.Skip(used).Take(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)).ToList();
                used += own.Count;
                parts[i] = $"{plain}{{{string.Join(',', own.Select(Argument))}}}";
            }
        }

        return string.Join('.', parts);
    }
}
