using Ahoi.Api.Json;
using Ahoi.Framework.Controllers;

namespace Ahoi.Cli.Trees;

/// <summary>Writes a tree once, for people or for machines.</summary>
internal static class StillTree
{
    public static async Task WriteAsync(TreeNode root, TextWriter output, bool colours)
    {
        await output.WriteLineAsync(Line(root, colours));
        await WriteChildrenAsync(root, "", output, colours);
    }

    public static JsonMap ToJson(TreeNode node)
    {
        var map = new JsonMap { ["apiVersion"] = node.Value.ApiVersion, ["kind"] = node.Value.Kind, ["name"] = node.Value.Name };
        if (node.Value.Namespace is { } @namespace)
        {
            map["namespace"] = @namespace;
        }

        map["state"] = node.Readiness.State.ToString();
        if (node.Readiness.Message.Length > 0)
        {
            map["message"] = node.Readiness.Message;
        }

        map["children"] = new JsonList(node.Children.Select(ToJson));
        return map;
    }

    private static async Task WriteChildrenAsync(TreeNode node, string indent, TextWriter output, bool colours)
    {
        for (var i = 0; i < node.Children.Count; i++)
        {
            var last = i == node.Children.Count - 1;
            await output.WriteLineAsync($"{indent}{(last ? "└── " : "├── ")}{Line(node.Children[i], colours)}");
            await WriteChildrenAsync(node.Children[i], indent + (last ? "    " : "│   "), output, colours);
        }
    }

    private static string Line(TreeNode node, bool colours)
    {
        var (colour, sign) = node.Readiness.State switch
        {
            ReadinessState.Ready => ("32", "✓"),
            ReadinessState.Failed => ("31", "✗"),
            _ => ("33", "…"),
        };
        var message = node.Readiness.IsReady ? "" : $"  {node.Readiness.Message}";
        return $"{(colours ? $"\e[{colour}m{sign}\e[0m" : sign)} {node.Value.Kind} {node.Value.Key}{message}";
    }
}
