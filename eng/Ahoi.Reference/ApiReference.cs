using System.Reflection;
using System.Text;

namespace Ahoi.Reference;

/// <summary>Makes the pages about the libraries' public types, of their assemblies and the comments beside them.</summary>
public static class ApiReference
{
    private static readonly Assembly[] Libraries =
    [
        typeof(Framework.Controllers.Description).Assembly,
        typeof(Framework.Observability.ObservabilityOptions).Assembly,
        typeof(Testing.TestCluster).Assembly,
        typeof(Client.Requests.ApiClient).Assembly,
        typeof(Api.Objects.RawObject).Assembly,
        typeof(Models.OfficialModels).Assembly,
        typeof(ControlPlane.LocalCluster).Assembly,
    ];

    /// <summary>Makes all pages.</summary>
    /// <returns>The Markdown of each page by its file's name.</returns>
    public static IReadOnlyDictionary<string, string> Write()
    {
        var types = Libraries.SelectMany(a => a.GetExportedTypes()).Where(t => !Names.IsGenerated(t)).ToList();
        var comments = Comments.Read(Libraries, types);
        var pages = types.GroupBy(t => t.Namespace!).ToDictionary(
            g => $"{g.Key}.md",
            g => new NamespacePage(g.Key, [.. g.OrderBy(Names.Of, StringComparer.Ordinal)], comments).Write(),
            StringComparer.Ordinal);
        pages.Add("README.md", Index(comments));
        return pages;
    }

    private static string Index(Comments comments)
    {
        var text = new StringBuilder(
            """
            # API reference

            The public types of the libraries, from the comments in their code. `./ahoi docs` writes these pages anew.

            """);
        foreach (var assembly in Libraries)
        {
            text.Append($"\n## {assembly.GetName().Name}\n\n");
            foreach (var space in assembly.GetExportedTypes().Where(t => !Names.IsGenerated(t)).GroupBy(t => t.Namespace!).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                text.Append($"### [{space.Key}]({space.Key}.md)\n\n| Type | |\n| --- | --- |\n");
                foreach (var type in space.OrderBy(Names.Of, StringComparer.Ordinal))
                {
                    text.Append($"| [{Names.Escaped(Names.Of(type))}]({space.Key}.md#{Names.Anchor(type)}) | {comments.Of(type).Summary} |\n");
                }

                text.Append('\n');
            }
        }

        return text.ToString().TrimEnd() + "\n";
    }
}
