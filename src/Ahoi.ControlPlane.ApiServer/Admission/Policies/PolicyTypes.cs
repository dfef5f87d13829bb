using System.Diagnostics.CodeAnalysis;
using Ahoi.Cel.Types;

namespace Ahoi.ControlPlane.ApiServer.Admission.Policies;

/// <summary>The types of what expressions see of a request and of its namespace.</summary>
internal static class PolicyTypes
{
    private static readonly CelType Texts = CelType.List(CelType.String);
    private static readonly CelType Labels = CelType.Map(CelType.String, CelType.String);

    /// <summary>Gets the type of <c>request</c>.</summary>
    public static CelType Request { get; } = Object("kubernetes.AdmissionRequest", new()
    {
        ["kind"] = Reference("Kind", "kind"),
        ["resource"] = Reference("Resource", "resource"),
        ["subResource"] = CelType.String,
        ["requestKind"] = Reference("Kind", "kind"),
        ["requestResource"] = Reference("Resource", "resource"),
        ["requestSubResource"] = CelType.String,
        ["name"] = CelType.String,
        ["namespace"] = CelType.String,
        ["operation"] = CelType.String,
        ["userInfo"] = Object("kubernetes.UserInfo", new()
        {
            ["username"] = CelType.String,
            ["uid"] = CelType.String,
            ["groups"] = Texts,
            ["extra"] = CelType.Map(CelType.String, Texts),
        }),
        ["dryRun"] = CelType.Bool,
        ["options"] = CelType.Dyn,
    });

    /// <summary>Gets the type of <c>namespaceObject</c>.</summary>
    public static CelType Namespace { get; } = Object("kubernetes.Namespace", new()
    {
        ["metadata"] = Object("kubernetes.NamespaceMetadata", new()
        {
            ["name"] = CelType.String,
            ["generateName"] = CelType.String,
            ["namespace"] = CelType.String,
            ["labels"] = Labels,
            ["annotations"] = Labels,
            ["UID"] = CelType.String,
            ["creationTimestamp"] = CelType.Timestamp,
            ["deletionGracePeriodSeconds"] = CelType.Int,
            ["deletionTimestamp"] = CelType.Timestamp,
            ["generation"] = CelType.Int,
            ["resourceVersion"] = CelType.String,
            ["finalizers"] = Texts,
        }),
        ["spec"] = Object("kubernetes.NamespaceSpec", new() { ["finalizers"] = Texts }),
        ["status"] = Object("kubernetes.NamespaceStatus", new()
        {
            ["conditions"] = CelType.List(Object("kubernetes.NamespaceCondition", new()
            {
                ["status"] = CelType.String,
                ["type"] = CelType.String,
                ["lastTransitionTime"] = CelType.Timestamp,
                ["message"] = CelType.String,
                ["reason"] = CelType.String,
            })),
            ["phase"] = CelType.String,
        }),
    });

    private static CelType Reference(string what, string field) => Object(
        $"kubernetes.GroupVersion{what}",
        new() { ["group"] = CelType.String, ["version"] = CelType.String, [field] = CelType.String });

    private static CelType Object(string name, Dictionary<string, CelType> fields) => CelType.Object(new Declared(name, fields));

    private sealed class Declared(string name, Dictionary<string, CelType> fields) : ICelObjectType
    {
        public string Name => name;

        public IEnumerable<string> FieldNames => fields.Keys;

        public bool EscapesNames => false;

        public bool TryGetField(string name, [NotNullWhen(true)] out CelType? type) => fields.TryGetValue(name, out type);
    }
}
