using Ahoi.Api.Json;
using Ahoi.Api.Selectors;

namespace Ahoi.Framework.Scheduling.Plugins;

/// <summary>A pod's node selector and required node affinity.</summary>
internal sealed class NodeTerms
{
    private readonly LabelSelector _labels;
    private readonly IReadOnlyList<NodeTerm>? _oneOf;

    private NodeTerms(LabelSelector labels, IReadOnlyList<NodeTerm>? oneOf)
    {
        _labels = labels;
        _oneOf = oneOf;
    }

    public bool IsEmpty => _labels.IsEmpty && _oneOf is null;

    public static NodeTerms Of(PodView pod)
    {
        var required = pod.Spec.Map("affinity")?.Map("nodeAffinity")?.Map("requiredDuringSchedulingIgnoredDuringExecution");
        return new(
            LabelSelector.FromLabels(pod.Spec.Map("nodeSelector") ?? []),
            required is null ? null : [.. (required.List("nodeSelectorTerms")?.Maps ?? []).Select(t => new NodeTerm(t))]);
    }

    public bool Match(NodeView node) => _labels.Matches(node.Labels) && (_oneOf is null || _oneOf.Any(t => t.Matches(node)));
}

/// <summary>Conditions on one node that must all hold.</summary>
internal sealed class NodeTerm(JsonMap term)
{
    private readonly LabelSelector _labels = Read(term.List("matchExpressions"));
    private readonly LabelSelector _fields = Read(term.List("matchFields"));

    /// <summary>A term without conditions selects nothing.</summary>
    public bool Matches(NodeView node) =>
        !(_labels.IsEmpty && _fields.IsEmpty)
        && _labels.Matches(node.Labels)
        && (_fields.IsEmpty || _fields.Matches(new Dictionary<string, string>(StringComparer.Ordinal) { ["metadata.name"] = node.Name }));

    private static LabelSelector Read(JsonList? expressions) =>
        new([.. (expressions?.Maps ?? []).Select(e => new LabelRequirement(e.Text("key") ?? "", Operator(e.Text("operator")), [.. e.List("values")?.Texts ?? []]))]);

    private static LabelOperator Operator(string? name) => name switch
    {
        "In" => LabelOperator.In,
        "NotIn" => LabelOperator.NotIn,
        "Exists" => LabelOperator.Exists,
        "DoesNotExist" => LabelOperator.DoesNotExist,
        "Gt" => LabelOperator.GreaterThan,
        "Lt" => LabelOperator.LessThan,
        _ => throw new FormatException($"\"{name}\" is not an operator of a node selector."),
    };
}
