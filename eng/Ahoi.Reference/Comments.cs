using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Ahoi.Reference;

/// <summary>The comments of all types and members, read from the files that the compiler writes beside the assemblies.</summary>
internal sealed partial class Comments
{
    private readonly Dictionary<string, XElement> _elements;
    private readonly Dictionary<string, Type> _types;

    private Comments(Dictionary<string, XElement> elements, Dictionary<string, Type> types)
    {
        _elements = elements;
        _types = types;
    }

    public static Comments Read(IEnumerable<Assembly> assemblies, IEnumerable<Type> types)
    {
        var elements = assemblies.Select(a => Path.ChangeExtension(a.Location, ".xml"))
            .SelectMany(f => XDocument.Load(f, LoadOptions.PreserveWhitespace).Descendants("member"))
            .GroupBy(e => e.Attribute("name")!.Value).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return new(elements, types.ToDictionary(Names.Id, StringComparer.Ordinal));
    }

    public Comment Of(MemberInfo member)
    {
        var id = Names.Id(member);
        var element = Find(member);
        if (element is null)
        {
            return new(id, "", "", []);
        }

        var value = Text(element.Element("value"));
        var details = new List<string>();
        details.AddRange(element.Elements("param").Select(p => (Name: p.Attribute("name")!.Value, Text: Text(p))).Where(p => p.Text.Length > 0).Select(p => $"`{p.Name}`: {p.Text}"));
        details.AddRange(element.Elements("returns").Select(Text).Where(t => t.Length > 0).Select(t => $"Returns: {t}"));
        details.AddRange(element.Elements("exception").Select(e => $"Throws {Link(e.Attribute("cref")!.Value)}: {Text(e)}"));
        return new(id, string.Join(' ', new[] { Text(element.Element("summary")), value }.Where(t => t.Length > 0)), Text(element.Element("remarks")), details);
    }

    /// <summary>Finds a comment, where it is inherited at whom it is inherited from.</summary>
    private XElement? Find(MemberInfo member)
    {
        var element = _elements.GetValueOrDefault(Names.Id(member));
        if (element?.Element("inheritdoc") is not { } inherits)
        {
            // A record's positional properties are told of at the record.
            return element ?? OfPosition(member);
        }

        return inherits.Attribute("cref")?.Value is { } cref ? _elements.GetValueOrDefault(cref) : Ancestors(member).Select(Find).FirstOrDefault(e => e is not null);
    }

    private XElement? OfPosition(MemberInfo member)
    {
        var text = member is PropertyInfo { DeclaringType: { } type }
            ? _elements.GetValueOrDefault(Names.Id((MemberInfo)type))?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == member.Name)
            : null;
        return text is null ? null : new XElement("member", new XElement("summary", text.Nodes()));
    }

    private static IEnumerable<MemberInfo> Ancestors(MemberInfo member)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        if (member is Type type)
        {
            return (type.BaseType is { } parent ? new[] { parent } : []).Concat(type.GetInterfaces()).Select(Definition);
        }

        var declaring = member.DeclaringType!;
        var parameters = (member as MethodBase)?.GetParameters().Length;
        var sources = (declaring.BaseType is { } b ? new[] { b } : []).Concat(declaring.GetInterfaces()).Select(Definition);
        return sources.SelectMany(s => s.GetMember(member.Name, All)).Where(m => m.MemberType == member.MemberType && (m as MethodBase)?.GetParameters().Length == parameters);
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private string Text(XElement? element)
    {
        var text = new StringBuilder();
        foreach (var node in element?.Nodes() ?? [])
        {
            text.Append(node switch
            {
                XText plain => Names.Escaped(plain.Value),
                XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "paramref" or "typeparamref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
                XElement { Name.LocalName: "see" or "seealso" } see => See(see),
                XElement { Name.LocalName: "para" } para => $" {Text(para)} ",
                XElement other => Text(other),
                _ => "",
            });
        }

        return Blank().Replace(text.ToString(), " ").Trim();
    }

    private string See(XElement see) => see switch
    {
        _ when see.Attribute("langword") is { } word => $"`{word.Value}`",
        _ when see.Attribute("href") is { } href => $"[{(see.Value.Length > 0 ? see.Value : href.Value)}]({href.Value})",
        _ => Link(see.Attribute("cref")!.Value),
    };

    private string Link(string cref)
    {
        var (kind, id) = (cref[0], cref[2..].Split('(')[0]);
        var owner = kind == 'T' ? id : id[..id.LastIndexOf('.')];
        if (_types.TryGetValue(owner, out var type))
        {
            var member = kind == 'T' ? "" : id[owner.Length..].Replace(".#ctor", "", StringComparison.Ordinal).Split("``")[0];
            return $"[{Names.Escaped(Names.Of(type))}{member}]({type.Namespace}.md#{Names.Anchor(type)})";
        }

        var parts = id.Split('.');
        return $"`{string.Join('.', parts[(kind == 'T' ? ^1 : ^Math.Min(2, parts.Length))..].Select(p => p.Split('`')[0]))}`";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
