using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.Cli.Trees;

/// <summary>An object with those it owns.</summary>
internal sealed class TreeNode(RawObject value)
{
    public RawObject Value { get; } = value;

    public Readiness Readiness { get; } = Judge(value);

    public List<TreeNode> Children { get; } = [];

    /// <summary>Objects of custom kinds say nothing before their controller has answered, which is not yet a yes.</summary>
    private static Readiness Judge(RawObject value)
    {
        var map = value.ToMap();
        return value.Type.Group.Contains('.', StringComparison.Ordinal) && !value.Type.Group.EndsWith(".k8s.io", StringComparison.Ordinal) && !map.ContainsKey("status")
            ? Readiness.Waiting("its controller has not answered yet")
            : Readiness.Of(map);
    }

    public string Title => $"{Value.Kind} {Value.Name}";
}
