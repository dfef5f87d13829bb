using System.Reflection;
using System.Text;

namespace Ahoi.Reference;

/// <summary>One page: the types of a namespace with their members.</summary>
internal sealed class NamespacePage(string name, IReadOnlyList<Type> types, Comments comments)
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly StringBuilder _text = new();

    public string Write()
    {
        _text.Append($"# {name}\n");
        foreach (var type in types)
        {
            Write(type);
        }

        return _text.ToString();
    }

    private void Write(Type type)
    {
        var comment = comments.Of(type);
        _text.Append($"\n<a id=\"{Names.Anchor(type)}\"></a>\n\n## {Names.Escaped(Names.Of(type))}\n\n`{Signatures.Of(type)}`\n\n{comment.Summary}\n");
        if (comment.Remarks.Length > 0)
        {
            _text.Append($"\n{comment.Remarks}\n");
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return;
        }

        var members = type.GetMembers(Declared).Where(IsShown).ToList();
        Table("Value", type.IsEnum ? members.OfType<FieldInfo>().Where(f => f.IsLiteral) : []);
        Table("Constructor", members.OfType<ConstructorInfo>());
        Table("Field", type.IsEnum ? [] : members.OfType<FieldInfo>());
        Table("Property", members.OfType<PropertyInfo>());
        Table("Event", members.OfType<EventInfo>());
        Table("Method", members.OfType<MethodInfo>());
    }

    private void Table(string title, IEnumerable<MemberInfo> members)
    {
        // In the order of names: reflection promises none.
        var rows = members.Select(m => (Signature: Signatures.Of(m), Comment: comments.Of(m)))
            .Where(r => r.Comment.Cell.Length > 0 || !r.Signature.EndsWith("()", StringComparison.Ordinal) || title != "Constructor")
            .OrderBy(r => r.Comment.Order, StringComparer.Ordinal).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        _text.Append($"\n| {title} | |\n| --- | --- |\n");
        foreach (var (signature, comment) in rows)
        {
            _text.Append($"| `{signature.Replace("|", "\\|", StringComparison.Ordinal)}` | {comment.Cell} |\n");
        }
    }

    private static bool IsShown(MemberInfo member) => !Names.IsGenerated(member) && member switch
    {
        MethodInfo { IsSpecialName: true } method => method.Name.StartsWith("op_", StringComparison.Ordinal) && IsVisible(method) && !IsOfRecord(method),
        MethodBase method => IsVisible(method) && !IsOfRecord(method),
        PropertyInfo property => property.GetAccessors(true).Any(IsVisible) && property.Name != "EqualityContract",
        FieldInfo field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName,
        EventInfo { AddMethod: { } add } => IsVisible(add),
        _ => false,
    };

    private static bool IsVisible(MethodBase method) =>
        (method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && method.DeclaringType is { IsSealed: false })) && !IsOfObject(method);

    /// <summary>What every object has.</summary>
    private static bool IsOfObject(MethodBase method) => method is MethodInfo info && info.GetBaseDefinition().DeclaringType == typeof(object);

    /// <summary>What the compiler adds to each record, and what everybody knows of equality.</summary>
    private static bool IsOfRecord(MethodBase method) =>
        method.Name is "Deconstruct" or "PrintMembers" or "op_Equality" or "op_Inequality" or "Equals" or "GetHashCode"
        || (method.IsConstructor && method.GetParameters() is [var only] && only.ParameterType == method.DeclaringType);
}
