using Ahoi.Api.Objects;
using Ahoi.Framework.Controllers;

namespace Ahoi.Cli.Trees;

/// <summary>An object with those it owns.</summary>
internal sealed class TreeNode(RawObject value)
{
    public RawObject Value { get; } = value;

    public Readiness Readiness { get; } = Readiness.Of(value.ToMap());

    public List<TreeNode> Children { get; } = [];

    public string Title => $"{Value.Kind} {Value.Name}";
}
