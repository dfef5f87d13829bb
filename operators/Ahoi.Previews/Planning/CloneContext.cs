using Ahoi.Previews.Api;

namespace Ahoi.Previews.Planning;

/// <summary>What a copy is made for.</summary>
/// <param name="App">The app.</param>
/// <param name="Preview">The preview.</param>
/// <param name="Host">Its host.</param>
internal sealed record CloneContext(PreviewApp App, Preview Preview, string Host)
{
    public string Name => Preview.Metadata.Name!;

    public string Namespace => Preview.Metadata.Namespace!;

    /// <summary>Puts values into a template, once: what a branch's name contains is not looked through again.</summary>
    public string Fill(string template) => Fill(template, Preview.Spec.Branch);

    /// <summary>As <see cref="Fill(string)"/>, for a container's variable, where <c>$(NAME)</c> would be another variable's value
    /// (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/): a branch's
    /// name must not reach one.</summary>
    public string FillVariable(string template) => Fill(template, Preview.Spec.Branch.Replace("$", "$$", StringComparison.Ordinal));

    private string Fill(string template, string branch)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < template.Length;)
        {
            var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            var value = end < 0 ? null : template[i..(end + 1)] switch
            {
                "{commit}" => Preview.Spec.Commit,
                "{branch}" => branch,
                "{hash}" => HostNames.HashOf(App, Preview.Spec),
                "{slug}" => BranchIdentity.Slug(Preview.Spec.Branch, 40),
                "{host}" => Host,
                _ => null,
            };
            text.Append(value ?? template[i].ToString());
            i = value is null ? i + 1 : end + 1;
        }

        return text.ToString();
    }
}
