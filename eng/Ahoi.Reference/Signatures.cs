using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ahoi.Reference;

/// <summary>Types and members as C# declares them, without bodies.</summary>
internal static class Signatures
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(MemberInfo member)
    {
        var nullability = new NullabilityInfoContext();
        return member switch
        {
            Type type => Of(type),
            FieldInfo { DeclaringType.IsEnum: true } field => field.Name,
            FieldInfo field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Of(nullability.Create(field))} {field.Name}{(field.IsLiteral ? $" = {Value(field.GetRawConstantValue())}" : "")}",
            EventInfo @event => $"event {Of(nullability.Create(@event))} {@event.Name}",
            PropertyInfo property => Of(property, nullability),
            ConstructorInfo constructor => $"{constructor.DeclaringType!.Name.Split('`')[0]}({Parameters(constructor, nullability)})",
            MethodInfo method => Of(method, nullability),
            _ => member.Name,
        };
    }

    public static string Of(Type type)
    {
        var name = Names.Of(type);
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var nullability = new NullabilityInfoContext();
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {Of(nullability.Create(invoke.ReturnParameter))} {name}({Parameters(invoke, nullability)})";
        }

        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => IsRecord(type) ? "record struct" : "struct",
            _ => IsRecord(type) ? "record" : "class",
        };
        var modifier = type switch
        {
            { IsInterface: true } or { IsEnum: true } => "",
            { IsValueType: true } => type.IsDefined(typeof(IsReadOnlyAttribute), false) ? "readonly " : "",
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        };
        return $"{modifier}{kind} {name}{Bases(type)}";
    }

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is not null;

    private static string Bases(Type type)
    {
        if (type.IsEnum)
        {
            return "";
        }

        var inherited = type.GetInterfaces().SelectMany(i => i.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []).ToHashSet();
        var interfaces = type.GetInterfaces()
            .Where(i => !inherited.Contains(i) && i.IsVisible && !(i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEquatable<>)))
            .Select(Plain).Order(StringComparer.Ordinal);
        IEnumerable<string> bases = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [Plain(parent), .. interfaces] : interfaces;
        var text = string.Join(", ", bases);
        return text.Length == 0 ? "" : $" : {text}";
    }

    private static string Of(PropertyInfo property, NullabilityInfoContext nullability)
    {
        var getter = property.GetMethod is { } get && IsSeen(get);
        var setter = property.SetMethod is { } set && IsSeen(set) ? property.SetMethod : null;
        var init = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var accessors = $"{(getter ? "get; " : "")}{(setter is null ? "" : init ? "init; " : "set; ")}";
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(p => $"{Of(nullability.Create(p))} {p.Name}"))}]";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Modifiers(property.GetAccessors(true)[0])}{required}{Of(nullability.Create(property))} {name} {{ {accessors}}}";
    }

    private static string Of(MethodInfo method, NullabilityInfoContext nullability)
    {
        var name = method.IsGenericMethod ? $"{method.Name}<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : method.Name;
        var result = Of(nullability.Create(method.ReturnParameter));
        name = name switch
        {
            "op_Implicit" => $"implicit operator {result}",
            "op_Explicit" => $"explicit operator {result}",
            _ when method.IsSpecialName => $"{result} operator {name["op_".Length..]}",
            _ => $"{result} {name}",
        };
        return $"{Modifiers(method)}{name}({Parameters(method, nullability)})";
    }

    private static bool IsSeen(MethodInfo method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Modifiers(MethodInfo method)
    {
        var visibility = method.IsPublic ? "" : "protected ";
        if (method.IsStatic)
        {
            return $"{visibility}static ";
        }

        if (method.DeclaringType!.IsInterface || !method.IsVirtual || method.IsFinal)
        {
            return visibility;
        }

        return visibility + (method.GetBaseDefinition() != method ? "override " : method.IsAbstract ? "abstract " : "virtual ");
    }

    private static string Parameters(MethodBase method, NullabilityInfoContext nullability)
    {
        var @this = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return @this + string.Join(", ", method.GetParameters().Select(p => Parameter(p, nullability)));
    }

    private static string Parameter(ParameterInfo parameter, NullabilityInfoContext nullability)
    {
        var kind = parameter switch
        {
            { IsOut: true } => "out ",
            { IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute), false) || parameter.IsDefined(typeof(ParamCollectionAttribute), false) => "params ",
            _ => "",
        };
        var @default = parameter.HasDefaultValue ? $" = {Default(parameter)}" : "";
        return $"{kind}{Of(nullability.Create(parameter))} {parameter.Name}{@default}";
    }

    private static string Default(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return parameter.RawDefaultValue switch
        {
            null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
            var value when type.IsEnum => $"{type.Name}.{Enum.ToObject(type, value)}",
            var value => Value(value),
        };
    }

    private static string Value(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Plain(Type type) => Text(type, null);

    private static string Of(NullabilityInfo info)
    {
        var mark = info.ReadState == NullabilityState.Nullable && Nullable.GetUnderlyingType(info.Type) is null ? "?" : "";
        return Text(info.Type, info) + mark;
    }

    private static string Text(Type type, NullabilityInfo? info)
    {
        if (type.IsByRef)
        {
            return Text(type.GetElementType()!, info?.ElementType ?? info);
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return $"{(info?.ElementType is { } element ? Of(element) : Plain(type.GetElementType()!))}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Plain(underlying)}?";
        }

        if (!type.IsGenericType)
        {
            return type.IsGenericParameter ? type.Name : Names.Of(type);
        }

        var arguments = type.GetGenericArguments();
        var texts = arguments.Select((a, i) => info is { GenericTypeArguments: var known } && i < known.Length ? Of(known[i]) : Plain(a)).ToList();
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
        {
            return $"({string.Join(", ", texts)})";
        }

        var outer = type.DeclaringType is { } declaring ? $"{Names.Of(declaring).Split('<')[0]}." : "";
        return $"{outer}{type.Name.Split('`')[0]}<{string.Join(", ", texts)}>";
    }
}
