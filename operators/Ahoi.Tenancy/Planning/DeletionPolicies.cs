using Ahoi.Api.Json;
using Ahoi.Framework.Definitions;
using Ahoi.Tenancy.Api;

namespace Ahoi.Tenancy.Planning;

/// <summary>
/// The admission policies that keep customers and their data from being deleted by mistake. They are enforced by the
/// API server itself, so they hold while no operator runs, and for administrators, garbage collection and the namespace
/// controller too. Who has to break the glass deletes the binding, which is seen.
/// </summary>
internal static class DeletionPolicies
{
    private const string Label = Group.CustomerUidLabel;
    private const string Approval = Group.ApprovalAnnotation;

    public static IEnumerable<OperatorManifest> All =>
    [
        .. Policy(
            "protected-customers." + Group.Name,
            Rule(Group.Name, Group.Version, "customers"),
            null,
            "has(oldObject.spec.deletionProtection) && !oldObject.spec.deletionProtection",
            "'Customer ' + oldObject.metadata.name + ' is protected: set spec.deletionProtection to false first'"),
        .. Policy(
            "protected-customer-data." + Group.Name,
            new JsonList([
                (object?)Rule("", "v1", "namespaces", "persistentvolumeclaims"),
                (object?)Rule(Group.Name, Group.Version, "databases", "connectionpools"),
            ]),
            $"has(oldObject.metadata.labels) && '{Label}' in oldObject.metadata.labels",
            $"has(oldObject.metadata.annotations) && '{Approval}' in oldObject.metadata.annotations && oldObject.metadata.annotations['{Approval}'] == oldObject.metadata.labels['{Label}']",
            $"oldObject.metadata.name + ' belongs to a Customer and goes when the Customer is deleted or its feature is switched off'"),
        .. Policy(
            "protected-definitions." + Group.Name,
            Rule("apiextensions.k8s.io", "v1", "customresourcedefinitions"),
            $"oldObject.spec.group == '{Group.Name}'",
            $"has(oldObject.metadata.annotations) && '{Approval}' in oldObject.metadata.annotations && oldObject.metadata.annotations['{Approval}'] == oldObject.metadata.name",
            $"'deleting this definition deletes every object of its kind: annotate it with {Approval}=' + oldObject.metadata.name + ' first'"),
    ];

    private static IEnumerable<OperatorManifest> Policy(string name, JsonMap rule, string? matches, string expression, string message) =>
        Policy(name, new JsonList([(object?)rule]), matches, expression, message);

    private static IEnumerable<OperatorManifest> Policy(string name, JsonList rules, string? matches, string expression, string message)
    {
        var spec = new JsonMap
        {
            ["failurePolicy"] = "Fail",
            ["matchConstraints"] = new JsonMap { ["resourceRules"] = rules },
            ["validations"] = new JsonList([(object?)new JsonMap { ["expression"] = expression, ["messageExpression"] = message, ["reason"] = "Forbidden" }]),
        };
        if (matches is not null)
        {
            spec["matchConditions"] = new JsonList([(object?)new JsonMap { ["name"] = "protected", ["expression"] = matches }]);
        }

        yield return new(new JsonMap
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = "ValidatingAdmissionPolicy",
            ["metadata"] = new JsonMap { ["name"] = name },
            ["spec"] = spec,
        });
        yield return new(new JsonMap
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = "ValidatingAdmissionPolicyBinding",
            ["metadata"] = new JsonMap { ["name"] = name },
            ["spec"] = new JsonMap { ["policyName"] = name, ["validationActions"] = new JsonList([(object?)"Deny"]) },
        });
    }

    private static JsonMap Rule(string group, string version, params string[] resources) => new()
    {
        ["apiGroups"] = new JsonList([(object?)group]),
        ["apiVersions"] = new JsonList([(object?)version]),
        ["operations"] = new JsonList([(object?)"DELETE"]),
        ["resources"] = new JsonList(resources.Select(r => (object?)r)),
    };
}
